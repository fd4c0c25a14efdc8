import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

/** Packages and modules that are resolved while this program runs in a fresh Node. */
function loadedBy(program: string): readonly string[] {
  const code = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ resolve(specifier, context, next) { loaded.push(specifier); return next(specifier, context) } })
    ${program}
    console.log(JSON.stringify(loaded))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: new URL('../../src/cluster/', import.meta.url),
    encoding: 'utf8',
  })
  return JSON.parse(output)
}

it('loads neither client-node nor undici before they are used', () => {
  const imported = loadedBy("await import('./cluster.ts')")
  expect(imported).toContain('yaml')
  expect(imported).not.toContain('undici')
  expect(imported).not.toContain('@kubernetes/client-node')
})

it('opens a cluster without client-node when the user has a token', () => {
  const flags =
    "{ server: 'https://127.0.0.1:1', token: 'x' }, new AbortController().signal, { env: { KUBECONFIG: '/nowhere' } }"
  const loaded = loadedBy(`const { openCluster } = await import('./cluster.ts'); await openCluster(${flags})`)
  expect(loaded).toContain('undici')
  expect(loaded).not.toContain('@kubernetes/client-node')
})
