import type { Kubectl } from '../harness/kubectl.ts'

/** An object as the API server gave it. */
export type Recorded = Readonly<Record<string, unknown>>

/** Never part of a recording: secret by nature, or churn that says nothing. */
const leftOut = new Set(['secrets', 'leases.coordination.k8s.io', 'componentstatuses', 'endpoints'])

/** Reads every object of the cluster that a diagnosis may read. Of Secrets, only that they exist, and their type. */
export async function readObjects(kubectl: Kubectl): Promise<Recorded[]> {
  const served = await kubectl.run(['api-resources', '--verbs=list', '--output=name'])
  const resources = served
    .trim()
    .split('\n')
    .filter((resource) => !leftOut.has(resource) && !resource.startsWith('events'))
  const listed = await kubectl.run([
    'get',
    [...resources, 'events'].join(','),
    '--all-namespaces',
    '--output=json',
    '--show-managed-fields',
  ])
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
