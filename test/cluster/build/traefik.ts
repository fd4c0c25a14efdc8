import { cp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type GoModule, moduleDir } from './modules.ts'
import { copyModule } from './sources.ts'

/**
 * Traefik from Go modules. Three things that the module proxy does not deliver are replaced by small files of ours, none of
 * which the tests use: `ext` (an unpublished nested module: empty types), lego's DNS providers (none), and the functions that
 * Traefik's fork of go-http-auth adds to the original.
 */
export const traefik: GoModule = {
  name: 'traefik',
  version: 'v3.7.13',
  programs: { traefik: 'github.com/traefik/traefik/v3/cmd/traefik' },
  prepare: replaceMissingModules,
}

async function replaceMissingModules(dir: string): Promise<void> {
  const replaced = join(moduleDir(traefik), 'replaced')

  const lego = await copyModule('github.com/go-acme/lego/v5@v5.4.1', dir, 'lego')
  await removeFiles(join(lego, 'providers', 'dns'), (name) => name.endsWith('.go'))
  await cp(join(replaced, 'lego_dns.go'), join(lego, 'providers', 'dns', 'dns.go'))

  const httpAuth = await copyModule('github.com/abbot/go-http-auth@v0.4.0', dir, 'httpauth')
  await removeFiles(httpAuth, (name) => name.endsWith('_test.go'))
  await cp(join(replaced, 'httpauth_traefik.go'), join(httpAuth, 'traefik.go'))
  await writeFile(join(httpAuth, 'go.mod'), 'module github.com/abbot/go-http-auth\n\ngo 1.16\n')
}

async function removeFiles(dir: string, matches: (name: string) => boolean): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isFile() && matches(entry.name)) await rm(join(dir, entry.name))
  }
}
