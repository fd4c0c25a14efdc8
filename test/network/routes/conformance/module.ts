import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { Network } from '../../../../src/network/network.ts'
import { manifestCoverage } from '../../../../src/snapshot/files/coverage.ts'
import { isRecord } from '../../../../src/snapshot/kinds/json.ts'
import { type KubeObject, parseObject } from '../../../../src/snapshot/kinds/kinds.ts'

/** The conformance tests of the Gateway API: their manifests, and what they expect of an implementation. */
export const conformanceModule = 'sigs.k8s.io/gateway-api/conformance@v1.6.3'

/** Where Go keeps the module, if it was downloaded; nothing is downloaded here. */
export function conformanceFolder(): string | undefined {
  try {
    const cache = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim()
    const folder = join(cache, conformanceModule)
    return existsSync(folder) ? folder : undefined
  } catch {
    return undefined
  }
}

/** The tests that have a manifest and a Go file of one name. */
export function testNames(folder: string): readonly string[] {
  return readdirSync(join(folder, 'tests'))
    .filter(
      (file) => file.endsWith('.go') && existsSync(join(folder, 'tests', file.replace(/\.go$/, '.yaml'))),
    )
    .map((file) => file.replace(/\.go$/, ''))
    .sort()
}

export function sourceOf(folder: string, test: string): string {
  return readFileSync(join(folder, 'tests', `${test}.go`), 'utf8')
}

/**
 * The cluster of one test: the base manifests and its own. Secrets are made by its code, and so are not known.
 *
 * @param without kinds that the code of the test deletes before it looks again
 */
export function worldOf(folder: string, test: string, without: readonly string[] = []): Network {
  const own = [...sourceOf(folder, test).matchAll(/"(tests\/[\w-]+\.yaml)"/g)].map(([, file = '']) => file)
  const objects = ['base/manifests.yaml', ...own].flatMap((file) => readObjects(join(folder, file)))
  const all = manifestCoverage(true)
  const kinds = Object.fromEntries(Object.entries(all.kinds).filter(([kind]) => kind !== 'Secret'))
  return Network.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: test },
    objects: [gatewayClass, ...objects].filter(({ kind }) => !without.includes(kind)),
    coverage: { ...all, kinds },
    observations: [],
  })
}

const className = 'conformance'

const gatewayClass: KubeObject = parsed({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: className },
  spec: { controllerName: 'example.com/conformance' },
})

function parsed(value: unknown): KubeObject {
  const object = parseObject(value)
  if (object === undefined) throw new Error('no object')
  return object
}

function readObjects(path: string): readonly KubeObject[] {
  const text = readFileSync(path, 'utf8').replaceAll('{GATEWAY_CLASS_NAME}', className)
  const documents = parseAllDocuments(text)
  if (!Array.isArray(documents)) return []
  return documents.flatMap((document) => {
    const value: unknown = document.toJS()
    const object = isRecord(value) ? parseObject(value) : undefined
    return object ?? []
  })
}
