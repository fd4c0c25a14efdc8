import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../scripts/new-rule.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'new-rule-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('the skeleton of a rule is formatted as the project is', () => {
  execFileSync(process.execPath, [script, 'service/new-thing'], { cwd: folder })
  const skeleton = readFileSync(join(folder, 'src/rules/service/new-thing.ts'), 'utf8')
  const formatted = execFileSync(
    'node_modules/.bin/biome',
    ['check', '--write', '--stdin-file-path=src/rules/service/new-thing.ts'],
    { input: skeleton, encoding: 'utf8' },
  )
  expect(formatted).toBe(skeleton)
})
