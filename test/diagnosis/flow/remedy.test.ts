import { describe, expect, it } from 'vitest'
import { type FlowEnd, podEnd } from '../../../src/diagnosis/flow/ends.ts'
import { judgeFlow } from '../../../src/diagnosis/flow/judge.ts'
import { remedies } from '../../../src/diagnosis/flow/remedies.ts'
import type { AskedPort } from '../../../src/diagnosis/flow/target-port.ts'
import { Network } from '../../../src/network/network.ts'
import { loadFiles } from '../../../src/snapshot/files/load.ts'
import { dump, namespace, pod, policy, service } from '../../cli/policy-world.ts'

const ports = [
  { name: 'http', containerPort: 8080 },
  { name: 'metrics', containerPort: 9090 },
]
const cluster = [
  namespace('shop'),
  namespace('ops'),
  pod('shop', 'web', { app: 'web' }, { ip: '10.244.0.5' }),
  pod('shop', 'cli', { app: 'cli' }, { ip: '10.244.0.8' }),
  pod('shop', 'api-1', { app: 'api' }, { ip: '10.244.0.6', ports }),
  pod('shop', 'api-2', { app: 'api' }, { ip: '10.244.0.7', ports }),
  pod('ops', 'scraper', { app: 'scraper' }, { ip: '10.244.0.9' }),
  ...service('shop', 'api', { app: 'api' }, [
    ['api-1', '10.244.0.6'],
    ['api-2', '10.244.0.7'],
  ]),
]

function ask(policies: readonly unknown[], from: string, to: string, asked: AskedPort = {}) {
  const content = dump([...cluster, ...policies].map((item) => JSON.parse(JSON.stringify(item))))
  const options = { isComplete: false, defaultNamespace: 'shop' }
  const network = Network.of(loadFiles([{ file: 'cluster', content }], options).snapshot)
  const end = (name: string): FlowEnd => {
    const [at = '', kind, named = ''] = name.split('/')
    const [found] = network.inventory.get('Pod', at, named).items
    const [svc] = network.services.get(at, named).items
    if (kind === 'svc' && svc !== undefined) return { kind: 'service', service: svc }
    if (found === undefined) throw new Error(`no ${name}`)
    return podEnd(found)
  }
  const answer = judgeFlow({ source: end(from), destination: end(to), asked }, network.policy, network)
  const [remedy] = remedies(answer, network.policy, network).values()
  return { answer, remedy }
}

const toApi = (...ingress: readonly unknown[]) =>
  policy('shop', 'to-api', {
    podSelector: { matchLabels: { app: 'api' } },
    policyTypes: ['Ingress'],
    ingress,
  })
const from = (app: string) => [{ podSelector: { matchLabels: { app } } }]

describe('the narrowest change', () => {
  it('adds a peer where that opens nothing else', () => {
    const { remedy } = ask(
      [toApi({ from: from('cli'), ports: [{ port: 8080 }] })],
      'shop/pod/web',
      'shop/svc/api',
    )
    expect(remedy).toMatchObject({
      steps: [{ direction: 'ingress', patch: { is: 'add-peer' } }],
      allows: { passing: 2, of: 2 },
      opens: [],
      closes: [],
    })
  })

  it('adds a policy where a peer more would open other ports', () => {
    const { remedy } = ask([toApi({ from: from('cli') })], 'shop/pod/web', 'shop/svc/api')
    expect(remedy).toMatchObject({ steps: [{ patch: { is: 'new-policy' } }], opens: [], closes: [] })
  })

  it('adds no port to a rule for others', () => {
    const rule = { from: [...from('cli'), ...from('web')], ports: [{ port: 80 }] }
    const { remedy } = ask([toApi(rule)], 'shop/pod/web', 'shop/svc/api')
    expect(remedy).toMatchObject({ steps: [{ patch: { is: 'new-policy' } }], opens: [] })
  })

  it('is one change for all ports that are denied for the same reason', () => {
    const { answer, remedy } = ask([toApi()], 'shop/pod/web', 'shop/pod/api-1')
    expect(answer.reasons).toHaveLength(1)
    expect(remedy).toMatchObject({
      steps: [
        {
          patch: {
            after: {
              ingress: [
                {
                  ports: [
                    { protocol: 'TCP', port: 8080 },
                    { protocol: 'TCP', port: 9090 },
                  ],
                },
              ],
            },
          },
        },
      ],
      allows: { passing: 2, of: 2 },
    })
  })

  it('mends both directions when both deny', () => {
    const fence = policy('ops', 'fence', { podSelector: {}, policyTypes: ['Egress'] })
    const { remedy } = ask([toApi(), fence], 'ops/pod/scraper', 'shop/svc/api', { port: 80 })
    expect(remedy).toMatchObject({
      steps: [{ direction: 'egress' }, { direction: 'ingress' }],
      allows: { passing: 2, of: 2 },
      opens: [],
      closes: [],
    })
  })
})
