// What no reader can beat: fetches the pages of a scan and parses their JSON, nothing else. Arguments: KUBECONFIG.
import { readFileSync } from 'node:fs'
import { Agent, request } from 'undici'
import { parse } from 'yaml'
import { listPath } from '../../src/cluster/lists.ts'
import { wholePlan } from '../../src/cluster/plan.ts'
import { definitionOf } from '../../src/snapshot/kinds/kinds.ts'
import { report } from './report.ts'

const [kubeconfig = ''] = process.argv.slice(2)
const { cluster } = parse(readFileSync(kubeconfig, 'utf8')).clusters[0]
const ca = Buffer.from(cluster['certificate-authority-data'], 'base64').toString()
const dispatcher = new Agent({ allowH2: false, connections: 6, connect: { ca } })
const started = performance.now()
let bytes = 0

async function readList(path: string): Promise<void> {
  let next: string | undefined = ''
  while (next !== undefined) {
    const page: string = next === '' ? '' : `&continue=${next}`
    const { body } = await request(`${cluster.server}${path}?limit=500${page}`, { dispatcher })
    const text = await body.text()
    bytes += text.length
    next = JSON.parse(text).metadata.continue
  }
}

await Promise.all(
  wholePlan({ namespaces: 'all' }).lists.map(({ kind }) =>
    readList(listPath({ kind, version: definitionOf(kind).versions[0] ?? 'v1' })),
  ),
)
report({ ms: performance.now() - started, bytes })
await dispatcher.close()
