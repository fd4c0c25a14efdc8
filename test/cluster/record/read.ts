import { definitionOf, kindNames } from '../../../src/snapshot/kinds/kinds.ts'
import type { Kubectl } from '../harness/kubectl.ts'

/** An object as the API server gave it. */
export type Recorded = Readonly<Record<string, unknown>>

/** Not recorded as they are: secret by nature, or the same as EndpointSlices. */
const leftOut = new Set(['secrets', 'endpoints'])

/** What the program reads, as kubectl names it: `pods`, `deployments.apps`. */
const readable = new Set(
  kindNames.map(definitionOf).map(({ plural, group }) => (group === '' ? plural : `${plural}.${group}`)),
)

/** Reads every object of the cluster that a diagnosis may read. Of Secrets, only that they exist, and their type. */
export async function readObjects(kubectl: Kubectl): Promise<Recorded[]> {
  const served = await kubectl.run(['api-resources', '--verbs=list', '--output=name'])
  const resources = served
    .trim()
    .split('\n')
    .filter((resource) => readable.has(resource) && !leftOut.has(resource))
  const all = ['--all-namespaces', '--output=json', '--show-managed-fields']
  const listed = await kubectl.run(['get', resources.join(','), ...all])
  return [...items(listed), ...(await secretsWithoutValues(kubectl))]
}

async function secretsWithoutValues(kubectl: Kubectl): Promise<Recorded[]> {
  const columns = 'NAMESPACE:.metadata.namespace,NAME:.metadata.name,TYPE:.type'
  const table = await kubectl.run([
    'get',
    'secrets',
    '--all-namespaces',
    '--no-headers',
    `--output=custom-columns=${columns}`,
  ])
  const rows = table.trim().split('\n').filter(Boolean)
  return rows.map((row) => {
    const [namespace, name, type] = row.split(/\s+/)
    return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type }
  })
}

function items(json: string): Recorded[] {
  const list = JSON.parse(json) as { readonly items: Recorded[] }
  return list.items
}
