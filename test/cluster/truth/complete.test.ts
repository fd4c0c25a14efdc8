import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { catalogue } from '../../../src/rules/catalogue.ts'
import { notStaged } from './not-staged.ts'

test('every rule has its case, or a reason why it has none', async () => {
  const files = await readdir(join(import.meta.dirname, 'cases'))
  const cases = new Set(files.map((file) => file.replace(/\.ts$/, '').replace('-', '/')))
  const rules = catalogue.map(({ id }) => id)
  expect(rules.filter((id) => !cases.has(id) && notStaged[id] === undefined)).toEqual([])
  expect(rules.filter((id) => cases.has(id) && notStaged[id] !== undefined)).toEqual([])
  expect(Object.keys(notStaged).filter((id) => !rules.includes(id))).toEqual([])
})
