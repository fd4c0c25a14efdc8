import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/program.ts'
import { complete, type Ran, recording, run } from './run.ts'

/** Writes the address of every module that is loaded to standard error. */
const tellLoads = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  import { writeSync } from 'node:fs'
  registerHooks({ load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context) } })
`)}`
const node = ['--import', tellLoads]

/** Names of the files in dist/ that were loaded. */
const loaded = ({ stderr }: Ran): readonly string[] =>
  stderr.split('\n').flatMap((line) => /\/dist\/([^/]+)$/.exec(line)?.[1] ?? [])

const commandNames = commands.map(
  ({ usage }) =>
    [usage]
      .flat()
      .find((line) => line !== '$0')
      ?.split(' ')[0] ?? '',
)

describe('what was answered when the program was built', () => {
  const lines = [['--version'], ['--help'], ...commandNames.map((name) => [name, '--help'])]

  it.each(lines.map((line) => [line.join(' '), line] as const))('%s loads nothing', async (_, line) => {
    const ran = await run(line, { node })
    expect(ran.code).toBe(0)
    expect(loaded(ran)).toEqual([])
    // Said twice it is not among those, and the parser answers.
    const parsed = await run([...line, line.at(-1) ?? ''], { node })
    expect(loaded(parsed)).toContain('netdoctor.mjs')
    expect(ran.stdout).toBe(parsed.stdout)
  })

  it('-h is --help', async () => {
    expect((await run(['svc', '-h'])).stdout).toBe((await run(['svc', '--help'])).stdout)
  })

  it('is nothing but that: words of an object are no question', async () => {
    const { code, stderr } = await run(['constructor', '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect((await run(['toString'])).code).toBe(2)
  })
})

describe('completion', () => {
  it('loads neither parser nor client for commands, flags and their choices', async () => {
    for (const words of [[''], ['svc', '--'], ['svc', '-o', ''], ['explain', '']]) {
      const ran = await complete(words, { node })
      expect(ran.stdout).not.toBe(':4\n')
      const sizes = loaded(ran).map((file) => statSync(new URL(`../../dist/${file}`, import.meta.url)).size)
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(16_384)
    }
  })

  it('loads the parser when names are wanted', async () => {
    const ran = await complete(['-f', recording('incident'), 'svc', ''], { node })
    expect(loaded(ran).length).toBeGreaterThan(1)
    expect(ran.stdout).toContain('auth-service\n')
  })
})
