// Bundles the program into dist/. Splitting keeps heavy packages in files of their own that load only when used.
import { rmSync } from 'node:fs'
import { build } from 'esbuild'

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: { netdoctor: 'src/cli/main.ts' },
  outdir: 'dist',
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
