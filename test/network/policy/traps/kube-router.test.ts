import { describe, expect, test } from 'vitest'
import { cniProfiles } from '../../../../src/network/policy/profile.ts'
import { manifestCoverage } from '../../../../src/snapshot/files/coverage.ts'
import { type Asker, cluster, coverageWithout, namespace, networkPolicy, pod } from './kit.ts'

type Fields = Readonly<Record<string, unknown>>

const profile = cniProfiles.find(({ name }) => name === 'kube-router')
const observed = { ...manifestCoverage(true), declared: false }
const app = (name: string) => ({ matchLabels: { app: name } })

/** `a` and `b` share a namespace; `c` is in another and has another number for the same name. */
const pods = [
  namespace('shop'),
  namespace('other'),
  pod('shop/a', { labels: { app: 'a' }, ips: ['10.0.1.1'] }),
  pod('shop/b', { labels: { app: 'b' }, ips: ['10.0.2.1'], ports: [{ name: 'web', containerPort: 80 }] }),
  pod('other/c', { labels: { app: 'c' }, ips: ['10.0.3.1'], ports: [{ name: 'web', containerPort: 8080 }] }),
]

function under(...specs: readonly Fields[]): Asker {
  const policies = specs.map((spec, index) => networkPolicy(`shop/p${index}`, spec))
  return cluster([...pods, ...policies], profile, observed)
}

const egress = (rule: Fields): Fields => ({ podSelector: app('a'), policyTypes: ['Egress'], egress: [rule] })
const ingress = (rule: Fields): Fields => ({
  podSelector: app('b'),
  policyTypes: ['Ingress'],
  ingress: [rule],
})
const aToB = 'shop/a -> shop/b TCP/80'

describe('what kube-router carries out in its own way turns a verdict into unknown', () => {
  test.each<[what: string, spec: Fields, question: string, id: string]>([
    [
      'an ingress rule of a policy for both ends lets out',
      { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{ from: [{ podSelector: {} }] }] },
      aToB,
      'kube-router-both-directions',
    ],
    [
      'an egress rule of a policy for both ends lets in',
      { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{ to: [{ podSelector: {} }] }] },
      aToB,
      'kube-router-both-directions',
    ],
    [
      'a name that no selected pod has opens every port, to whoever is a peer by its labels',
      ingress({ from: [{ podSelector: app('a') }], ports: [{ port: 'nobody' }] }),
      aToB,
      'kube-router-port-name-of-nobody',
    ],
    [
      'a name of the other protocol is nobody’s',
      egress({ to: [{ podSelector: app('b') }], ports: [{ port: 'web', protocol: 'UDP' }] }),
      aToB,
      'kube-router-port-name-of-nobody',
    ],
    [
      'a named port beside a block is not opened in egress',
      egress({ to: [{ ipBlock: { cidr: '10.0.2.0/24' } }], ports: [{ port: 'web' }] }),
      aToB,
      'kube-router-port-name-beside-block',
    ],
    [
      'a named port without `to` is closed where only other namespaces give it that number',
      egress({ ports: [{ port: 'web' }] }),
      'shop/a -> other/c TCP/8080',
      'kube-router-port-name-without-to',
    ],
    [
      'a named port without `to` is open to everywhere on the own number',
      egress({ ports: [{ port: 'web' }] }),
      'shop/a -> ip:203.0.113.5 TCP/80',
      'kube-router-port-name-without-to',
    ],
    [
      'what one block excepts is taken out of a wider one',
      egress({
        to: [
          { ipBlock: { cidr: '0.0.0.0/0' } },
          { ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.2.0/24'] } },
        ],
      }),
      aToB,
      'kube-router-except',
    ],
  ])('%s', (_, spec, question, id) => {
    const { outcome, doubts, verdict } = under(spec).ask(question)
    expect({ outcome, doubts }).toEqual({ outcome: 'unknown', doubts: [id] })
    expect(verdict.doubts[0]?.policy?.name).toBe('p0')
  })
})

describe('and one step beside, nothing', () => {
  test.each<[what: string, specs: readonly Fields[], question: string, outcome: string]>([
    [
      'one policy for each direction',
      [
        { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
        { podSelector: {}, policyTypes: ['Egress'] },
      ],
      aToB,
      'fails',
    ],
    [
      'a policy for both directions that selects one end',
      [
        {
          podSelector: app('a'),
          policyTypes: ['Ingress', 'Egress'],
          ingress: [{ from: [{ podSelector: {} }] }],
        },
      ],
      aToB,
      'fails',
    ],
    [
      'a policy for both directions whose other rule is for other ports',
      [{ podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{ ports: [{ port: 81 }] }] }],
      aToB,
      'fails',
    ],
    [
      'a name that another selected pod has',
      [
        {
          podSelector: {},
          policyTypes: ['Ingress'],
          ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 'web' }] }],
        },
      ],
      'shop/b -> shop/a TCP/80',
      'fails',
    ],
    [
      'a name of nobody beside a number',
      [ingress({ from: [{ podSelector: app('a') }], ports: [{ port: 'nobody' }, { port: 81 }] })],
      aToB,
      'fails',
    ],
    ['a name of nobody where no peers are listed', [ingress({ ports: [{ port: 'nobody' }] })], aToB, 'fails'],
    [
      'a name of nobody for others than the peers',
      [ingress({ from: [{ podSelector: app('x') }], ports: [{ port: 'nobody' }] })],
      aToB,
      'fails',
    ],
    [
      'a number beside a block',
      [egress({ to: [{ ipBlock: { cidr: '10.0.2.0/24' } }], ports: [{ port: 80 }] })],
      aToB,
      'passes',
    ],
    [
      'a named port beside a block in ingress',
      [ingress({ from: [{ ipBlock: { cidr: '10.0.1.0/24' } }], ports: [{ port: 'web' }] })],
      aToB,
      'passes',
    ],
    [
      'a named port beside a block and the pods themselves',
      [
        egress({
          to: [{ ipBlock: { cidr: '10.0.2.0/24' } }, { podSelector: app('b') }],
          ports: [{ port: 'web' }],
        }),
      ],
      aToB,
      'passes',
    ],
    [
      'a named port without `to`, to a pod that has it',
      [egress({ ports: [{ port: 'web' }] })],
      aToB,
      'passes',
    ],
    [
      'what one block excepts, inside a narrower one',
      [
        egress({
          to: [
            { ipBlock: { cidr: '10.0.2.0/28' } },
            { ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.2.0/24'] } },
          ],
        }),
      ],
      aToB,
      'passes',
    ],
    [
      'what one block excepts, in another rule',
      [
        {
          podSelector: app('a'),
          policyTypes: ['Egress'],
          egress: [
            { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] },
            { to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.2.0/24'] } }] },
          ],
        },
      ],
      aToB,
      'passes',
    ],
    [
      'where another policy admits it',
      [
        egress({ to: [{ ipBlock: { cidr: '10.0.2.0/24' } }], ports: [{ port: 'web' }] }),
        egress({ to: [{ podSelector: app('b') }] }),
      ],
      aToB,
      'passes',
    ],
    [
      'where the other end denies it all the same',
      [
        ingress({ from: [{ podSelector: app('x') }] }),
        egress({ to: [{ podSelector: app('b') }], ports: [{ port: 'nobody' }] }),
      ],
      aToB,
      'fails',
    ],
  ])('%s', (_, specs, question, outcome) => {
    const answer = under(...specs).ask(question)
    expect({ outcome: answer.outcome, doubts: answer.doubts }).toEqual({ outcome, doubts: [] })
    // Without the plugin, the same.
    const neutral = cluster([...pods, ...specs.map((spec, index) => networkPolicy(`shop/p${index}`, spec))])
    expect(neutral.outcome(question)).toBe(outcome)
  })
})

test('with nftables, what is excepted stays out of a narrower block too', () => {
  const nftables = profile && { ...profile, rulesAre: 'as-kube-router-with-nftables' as const }
  const spec = egress({
    to: [{ ipBlock: { cidr: '10.0.2.0/28' } }, { ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.2.0/24'] } }],
  })
  const { ask } = cluster([...pods, networkPolicy('shop/p', spec)], nftables, observed)
  expect(ask(aToB)).toMatchObject({ outcome: 'unknown', doubts: ['kube-router-except'] })
})

test('whether a name is nobody’s hangs on pods that were not read', () => {
  const spec = egress({ to: [{ namespaceSelector: {}, podSelector: app('b') }], ports: [{ port: 'nobody' }] })
  const coverage = { ...coverageWithout('Pod'), declared: false }
  const { outcome, verdict } = cluster([...pods, networkPolicy('shop/p', spec)], profile, coverage).ask(aToB)
  expect(outcome).toBe('unknown')
  expect(verdict.doubts.flatMap(({ gaps = [] }) => gaps).map(({ kind }) => kind)).toContain('Pod')
})

test('among manifests, a name that a workload will have is somebody’s', () => {
  const spec = ingress({ from: [{ podSelector: app('a') }], ports: [{ port: 'admin' }] })
  const workload = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'b', namespace: 'shop' },
    spec: {
      selector: app('b'),
      template: {
        metadata: { labels: { app: 'b' } },
        spec: { containers: [{ name: 'c', ports: [{ name: 'admin', containerPort: 81 }] }] },
      },
    },
  }
  const policy = networkPolicy('shop/p', spec)
  expect(cluster([...pods, policy, workload], profile).outcome(aToB)).toBe('fails')
  expect(cluster([...pods, policy], profile).outcome(aToB)).toBe('unknown')
})

test('host-network pods are neither subject nor peer, and ports of init containers are not looked at', () => {
  const host = pod('shop/host', {
    labels: { app: 'a' },
    ips: ['192.168.0.2'],
    spec: { hostNetwork: true, nodeName: 'n2' },
  })
  const { ask } = cluster(
    [...pods, host, networkPolicy('shop/p', ingress({ from: [{ podSelector: app('a') }] }))],
    profile,
    observed,
  )
  expect(ask('shop/host -> shop/b TCP/80')).toMatchObject({ outcome: 'fails', caveats: ['host-network'] })
  const sidecar = pod('shop/d', {
    labels: { app: 'b' },
    ips: ['10.0.4.1'],
    spec: {
      initContainers: [
        { name: 'proxy', restartPolicy: 'Always', ports: [{ name: 'web', containerPort: 80 }] },
      ],
    },
  })
  const named = ingress({ from: [{ podSelector: app('a') }], ports: [{ port: 'web' }] })
  const withSidecar = cluster([...pods, sidecar, networkPolicy('shop/p', named)], profile, observed)
  expect(withSidecar.ask('shop/a -> shop/d TCP/80')).toMatchObject({
    outcome: 'fails',
    caveats: ['init-container-port'],
  })
})
