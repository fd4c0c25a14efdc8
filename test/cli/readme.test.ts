import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { run } from './run.ts'

const readme = readFileSync('README.md', 'utf8')

/** The text of the first block of the README, from the prompt to its end. */
const [, prompt, shown] = /```console\n\$ kubectl netdoctor (.*)\n([\s\S]*?)```/.exec(readme) ?? []

test('the README opens with what the demo really prints', async () => {
  expect(prompt).toBe('demo')
  const { stdout } = await run(['demo'])
  expect(shown).toBe(stdout)
  expect(readme.indexOf('```console')).toBeLessThan(readme.indexOf('\n## '))
})

test('the README gives the two commands that set everything up', () => {
  expect(readme).toMatch(/^ {4}npm ci && npm start\b/m)
  expect(readme).toMatch(/^ {4}npm ci && npm test\b/m)
})
