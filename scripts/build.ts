// Bundles the program into dist/. Splitting keeps heavy packages in files of their own that load only when used.
import { existsSync, renameSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const fresh = `dist.${process.pid}`
const old = `${fresh}.old`

await build({
  entryPoints: { netdoctor: 'src/cli/main.ts' },
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

// A program that starts meanwhile finds the old files or the new ones, never half of them.
if (existsSync('dist')) renameSync('dist', old)
renameSync(fresh, 'dist')
rmSync(old, { recursive: true, force: true })
