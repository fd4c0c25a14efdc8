// Bundles the program into dist/. Splitting keeps heavy packages in files of their own that load only when used. Help and
// what completion knows of the commands are written beside it: neither then needs the program.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { completionTable } from '../src/cli/completion/table.ts'
import { commands, program } from '../src/cli/program.ts'

const fresh = `dist.${process.pid}`
const old = `${fresh}.old`

await build({
  entryPoints: { netdoctor: 'src/cli/main.ts', complete: 'src/cli/complete.ts' },
  outdir: fresh,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.19',
  loader: { '.gz': 'binary' },
  legalComments: 'linked',
  // Some CommonJS packages call require; an ES module has none of its own.
  banner: {
    js: "import { createRequire as netdoctorRequire } from 'node:module'; const require = netdoctorRequire(import.meta.url);",
  },
  logLevel: 'warning',
})

const words = completionTable(commands)
const asked = [['--version'], ['--help'], ...words.commands.map(({ name }) => [name, '--help'])]
const answers = await Promise.all(asked.map(async (line) => [line.join('\n'), await answerTo(line)]))
writeFileSync(join(fresh, 'answers.json'), JSON.stringify(Object.fromEntries(answers)))
writeFileSync(join(fresh, 'words.json'), JSON.stringify(words))

// A program that starts meanwhile finds the old files or the new ones, never half of them.
if (existsSync('dist')) renameSync('dist', old)
renameSync(fresh, 'dist')
rmSync(old, { recursive: true, force: true })

/** What the program prints for a question that its parser answers. */
function answerTo(line: readonly string[]): Promise<string> {
  const nothingRuns = (): Promise<void> => Promise.reject(new Error(`${line.join(' ')} runs a command`))
  return new Promise((resolve) => {
    program(line, nothingRuns).parse(line, (_error: unknown, _parsed: unknown, output: string) =>
      resolve(`${output}\n`),
    )
  })
}
