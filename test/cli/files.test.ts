import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { recording, root, run } from './run.ts'

const service =
  'apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: shop }\nspec: { selector: { app: web } }\n'
const incident = readFileSync(`${root}/${recording('incident')}`)

test.each([[['-f', '-']], [['-f-']], [['--filename', '-']], [['scan', '-f', '-', '-n', 'shop']]])(
  '%j reads standard input',
  async (words) => {
    const { stdout, stderr } = await run(words, { stdin: service })
    expect(stderr).toBe('')
    expect(stdout).toContain('Service web selects nothing')
  },
)

test('standard input and files are read together, and gzip is unpacked', async () => {
  const { stdout, code } = await run(['-A', '-f', recording('running'), '-f', '-'], { stdin: incident })
  expect(stdout).toMatch(/^✗ all namespaces: 5 problems/)
  expect(code).toBe(1)
})
