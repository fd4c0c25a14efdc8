import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import { workloadEnd } from '../../../src/diagnosis/flow/ends.ts'
import { judgeFlow } from '../../../src/diagnosis/flow/judge.ts'
import { isRemedy, remedies } from '../../../src/diagnosis/flow/remedies.ts'
import { Network } from '../../../src/network/network.ts'
import { loadFiles } from '../../../src/snapshot/files/load.ts'
import { readSources, type SourceText } from '../../../src/snapshot/files/sources.ts'

/** Of each denied connection: what the scan changes for it, and what the question about this flow alone would change. */
function fixes(sources: readonly SourceText[]) {
  const { snapshot } = loadFiles(sources, { isComplete: true, defaultNamespace: 'shop' })
  const network = Network.of(snapshot)
  const denied = diagnose({ kind: 'scan', namespaces: 'all' }, network).problems.filter(
    ({ cause, fix }) => /^policy\/(in|e)gress-denied$/.test(cause.rule) && fix !== undefined,
  )
  return denied.flatMap(({ breaks, fix }) =>
    breaks.flatMap(({ connection }) => {
      const { client, port, key } = connection
      const { destination } = network.traffic.destination(connection)
      if (client.kind !== 'workload' || destination.kind !== 'service') return []
      const question = { source: workloadEnd(client.workload), destination, asked: { port } }
      const answer = judgeFlow(question, network.policy, network)
      const patches = [...remedies(answer, network.policy, network).values()].flatMap((remedy) =>
        isRemedy(remedy) ? remedy.steps.map(({ patch }) => patch.edit) : [],
      )
      return [{ key, edits: fix?.edits ?? [], patches }]
    }),
  )
}

const deployment = (name: string, dials?: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}, tier: ${dials === undefined ? 'backend' : 'frontend'}}}
    spec:
      containers:
      - name: main
        ports: [{containerPort: 8080}]
        env: [${dials === undefined ? '' : `{name: API, value: 'http://${dials}'}`}]
---`

const policyFor = (tier: string): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress: [{from: [{podSelector: {matchLabels: {tier: ${tier}}}}], ports: [{port: 8080}]}]
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}
---`

describe('scan and policy --from --to change the same', () => {
  it.each(
    ['ingress-denied', 'egress-denied'].flatMap((rule) =>
      readdirSync(`fixtures/policy/${rule}`)
        .filter((file) => file.startsWith('broken-'))
        .map((file) => `fixtures/policy/${rule}/${file}`),
    ),
  )('%s', (file) => {
    for (const { edits, patches } of fixes(readSources([file])))
      for (const patch of patches) expect(edits).toContainEqual(patch)
  })

  it('where one changed value mends several clients: the others dial it too, so that nothing else is opened', () => {
    const content = [
      deployment('api'),
      deployment('web', 'api:80'),
      deployment('mobile', 'api:80'),
      policyFor('front'),
    ].join('')
    const found = fixes([{ file: 'shop.yaml', content }])
    expect(found).toHaveLength(2)
    for (const { edits, patches } of found) {
      expect(patches).toMatchObject([
        { operations: [{ op: 'replace', path: '/spec/ingress/0/from/0/podSelector/matchLabels/tier' }] },
      ])
      expect(edits).toEqual(patches)
    }
  })
})
