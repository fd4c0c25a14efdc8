import { describe, expect, test } from 'vitest'
import { cniProfiles, neutralProfile } from '../../../../src/network/policy/profile.ts'
import { cluster, coverageWithout, namespace, networkPolicy, node, pod, problemsOf } from './kit.ts'

const base = [
  namespace('shop', { team: 'shop' }),
  node('n1', ['192.168.0.1', 'fd01::1'], { pool: 'a' }),
  node('n2', ['192.168.0.2', 'fd01::2']),
  pod('shop/web', { labels: { app: 'web' }, ips: ['10.0.0.1', 'fd00::1'] }),
  pod('shop/db', { labels: { app: 'db' }, ips: ['10.0.0.2', 'fd00::2'] }),
  pod('shop/v6', { labels: { app: 'v6' }, ips: ['fd00::3'] }),
]
const cilium = cniProfiles.find(({ name }) => name === 'cilium') ?? neutralProfile
const calico = cniProfiles.find(({ name }) => name === 'calico') ?? neutralProfile
const from = (...peers: readonly unknown[]) =>
  networkPolicy('shop/in', {
    podSelector: { matchLabels: { app: 'db' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: peers }],
  })
const to = (...peers: readonly unknown[]) =>
  networkPolicy('shop/out', {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Egress'],
    egress: [{ to: peers }],
  })
const block = (cidr: string, ...except: readonly string[]) => ({ ipBlock: { cidr, except } })

describe('T30, T31: blocks', () => {
  test.each([
    ['outside, inside the block', [block('203.0.113.0/24')], 'ip:203.0.113.7', 'passes'],
    ['outside, outside the block', [block('203.0.113.0/24')], 'ip:203.0.114.7', 'fails'],
    ['the first address', [block('203.0.113.64/26')], 'ip:203.0.113.64', 'passes'],
    ['the last address', [block('203.0.113.64/26')], 'ip:203.0.113.127', 'passes'],
    ['one before', [block('203.0.113.64/26')], 'ip:203.0.113.63', 'fails'],
    ['one after', [block('203.0.113.64/26')], 'ip:203.0.113.128', 'fails'],
    ['a single address', [block('203.0.113.7/32')], 'ip:203.0.113.7', 'passes'],
    ['T31: a hole', [block('203.0.113.0/24', '203.0.113.7/32')], 'ip:203.0.113.7', 'fails'],
    ['T31: beside the hole', [block('203.0.113.0/24', '203.0.113.7/32')], 'ip:203.0.113.8', 'passes'],
    [
      'T31: a hole of one block, in another',
      [block('203.0.113.0/24', '203.0.113.7/32'), block('203.0.113.7/32')],
      'ip:203.0.113.7',
      'passes',
    ],
    ['T32: everything of IPv4 is not IPv6', [block('0.0.0.0/0')], 'ip:2001:db8::1', 'fails'],
    ['T32: everything of IPv6 is not IPv4', [block('::/0')], 'ip:203.0.113.7', 'fails'],
    ['T32: IPv6', [block('2001:db8::/32', '2001:db8:1::/48')], 'ip:2001:db8:2::1', 'passes'],
    ['T32: IPv6, a hole', [block('2001:db8::/32', '2001:db8:1::/48')], 'ip:2001:db8:1::1', 'fails'],
    ['T32: IPv6, another spelling', [block('2001:DB8:0:0::/64')], 'ip:2001:db8::1', 'passes'],
  ] as const)('%s: %j, %s: %s', (_, peers, source, outcome) => {
    expect(cluster([...base, from(...peers)]).outcome(`${source} -> shop/db TCP/1`)).toBe(outcome)
    expect(cluster([...base, to(...peers)]).outcome(`shop/web -> ${source} TCP/1`)).toBe(outcome)
  })

  test('T30: a block matches pods, with a caveat; in a cluster with Cilium it does not', () => {
    const peers = [block('10.0.0.0/8'), block('fd00::/64')]
    expect(cluster([...base, from(...peers)]).ask('shop/web -> shop/db TCP/1')).toMatchObject({
      outcome: 'passes',
      caveats: ['ipblock-on-pod'],
    })
    expect(cluster([...base, from(...peers)], cilium).ask('shop/web -> shop/db TCP/1')).toMatchObject({
      outcome: 'fails',
      caveats: ['ipblock-on-pod'],
    })
  })

  test('T30: whether Cilium compares blocks with nodes is a setting: unknown', () => {
    const { ask } = cluster([...base, to(block('192.168.0.0/24'))], cilium)
    const expected = { outcome: 'unknown', doubts: ['ipblock-on-node'] }
    expect(ask('shop/web -> node:n2 TCP/1')).toMatchObject(expected)
    expect(ask('shop/web -> ip:192.168.0.2 TCP/1')).toMatchObject(expected)
    expect(ask('shop/web -> ip:192.168.0.9 TCP/1')).toMatchObject({ outcome: 'passes' })
  })

  test.each([
    ['10.0.0.0', 'cidr-invalid'],
    ['10.0.0.0/33', 'cidr-invalid'],
    ['10.0.0.0/-1', 'cidr-invalid'],
    ['10.0.0/24', 'cidr-invalid'],
    ['10.0.0.256/24', 'cidr-invalid'],
    ['fd00::/129', 'cidr-invalid'],
    ['fd00:::/64', 'cidr-invalid'],
    ['fe80::%eth0/64', 'cidr-invalid'],
    ['', 'cidr-invalid'],
    ['all', 'cidr-invalid'],
  ])('%j is no CIDR: it matches nothing, is named, and the verdict says so', (cidr, id) => {
    const { ask, world } = cluster([...base, from(block(cidr))])
    expect(ask('ip:10.0.0.9 -> shop/db TCP/1')).toMatchObject({ outcome: 'fails' })
    expect(ask('ip:10.0.0.9 -> shop/db TCP/1').caveats).toContain('input-invalid')
    expect(problemsOf(world.policies.in('shop').policies)).toEqual([
      `invalid ${id} spec.ingress[0].from[0].ipBlock.cidr`,
    ])
  })

  test.each(['010.0.0.0/8', '10.0.0.0/08', '::ffff:10.0.0.0/104', '::ffff:a00:0/104'])(
    '%j is read differently by different planes: unknown, and named',
    (cidr) => {
      const { ask, world } = cluster([...base, from(block(cidr))])
      expect(ask('ip:10.0.0.9 -> shop/db TCP/1')).toMatchObject({
        outcome: 'unknown',
        doubts: ['input-invalid'],
      })
      expect(problemsOf(world.policies.in('shop').policies)).toEqual([
        'note cidr-ambiguous spec.ingress[0].from[0].ipBlock.cidr',
      ])
    },
  )

  test('bits after the prefix do not count, and that is said', () => {
    const { outcome, world } = cluster([...base, from(block('203.0.113.77/24'))])
    expect(outcome('ip:203.0.113.1 -> shop/db TCP/1')).toBe('passes')
    const [policy] = world.policies.in('shop').policies
    expect(policy?.problems).toMatchObject([
      { id: 'cidr-not-canonical', severity: 'note', value: '203.0.113.77/24' },
    ])
    expect(policy?.problems[0]?.message).toContain('/24')
  })

  test.each([
    ['outside the block', '10.1.0.0/24'],
    ['the block itself', '10.0.0.0/16'],
    ['around the block', '10.0.0.0/8'],
    ['of the other family', 'fd00::/64'],
  ])('NP013: an except %s is refused by the API server; it is named and takes nothing away', (_, hole) => {
    const { world } = cluster([...base, from(block('10.0.0.0/16', hole))])
    expect(problemsOf(world.policies.in('shop').policies)).toEqual([
      'invalid except-outside-cidr spec.ingress[0].from[0].ipBlock.except[0]',
    ])
  })
})

describe('T40: the address of a Service', () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'db', namespace: 'shop' },
    spec: { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd02::7'], ports: [{ port: 80 }] },
  }
  test('is translated before any policy sees it: a block that holds it admits nothing', () => {
    const { ask } = cluster([...base, service, to(block('10.96.0.0/12'), block('fd02::/64'))])
    for (const address of ['10.96.0.7', 'fd02:0::7'])
      expect(ask(`shop/web -> ip:${address} TCP/80`)).toMatchObject({
        outcome: 'unknown',
        doubts: ['service-address'],
      })
    expect(ask('shop/web -> ip:10.96.0.8 TCP/80').outcome).toBe('passes')
  })
  test('does not matter to a pod that no policy isolates, or where its node answers there', () => {
    expect(cluster([...base, service]).outcome('shop/web -> ip:10.96.0.7 TCP/80')).toBe('passes')
    const { outcome } = cluster([...base, service, to(block('10.96.0.0/12'))])
    expect(outcome('shop/web -> ip:10.96.0.7@n1 UDP/53')).toBe('passes')
  })
  test('may be one that was not read: assumed not', () => {
    const { ask } = cluster([...base, to(block('10.96.0.0/12'))], undefined, coverageWithout('Service'))
    expect(ask('shop/web -> ip:10.96.0.7 TCP/80')).toMatchObject({
      outcome: 'passes',
      verdict: { assumes: [{ kind: 'Service' }] },
    })
  })
})

describe('T32: dual stack', () => {
  test('both families pass', () => {
    const { ask } = cluster([...base, from(block('10.0.0.0/8'), block('fd00::/64'))])
    expect(ask('shop/web -> shop/db TCP/1').verdict.families).toHaveLength(2)
    expect(ask('shop/web -> shop/db TCP/1').outcome).toBe('passes')
  })
  test('one family passes: partly, with both shown', () => {
    const answer = cluster([...base, from(block('0.0.0.0/0'))]).ask('shop/web -> shop/db TCP/1')
    expect(answer.outcome).toBe('partly')
    expect(answer.verdict.families.map(({ outcome, source }) => [source.addressText, outcome])).toEqual([
      ['10.0.0.1', 'passes'],
      ['fd00::1', 'fails'],
    ])
  })
  test('only the family that both ends have is judged', () => {
    const { ask } = cluster([...base, from(block('0.0.0.0/0'))])
    const answer = ask('shop/v6 -> shop/db TCP/1')
    expect(answer.outcome).toBe('fails')
    expect(answer.verdict.families).toHaveLength(1)
  })
})

test('T33: a client outside may be seen under another address', () => {
  const answer = cluster([...base, from(block('203.0.113.0/24'))]).ask('ip:203.0.113.9 -> shop/db TCP/1')
  expect(answer).toMatchObject({ outcome: 'passes', caveats: ['source-may-be-rewritten'] })
})

describe('T34: the own node', () => {
  const closed = from(block('203.0.113.0/24'))
  test.each([
    ['the node', 'node:n1', 'passes'],
    ['another node', 'node:n2', 'fails'],
    ['its address', 'ip:192.168.0.1', 'passes'],
    ['its IPv6 address, spelled otherwise', 'ip:fd01:0::1', 'passes'],
    ['the address of another node', 'ip:192.168.0.2', 'fails'],
  ])('%s: %s %s', (_, source, outcome) => {
    expect(cluster([...base, closed]).outcome(`${source} -> shop/db TCP/1`)).toBe(outcome)
  })

  test('may come in although a policy isolates the pod: exempt', () => {
    const [family] = cluster([...base, closed]).ask('node:n1 -> shop/db TCP/1').verdict.families
    expect(family?.ingress).toMatchObject({ tier: 'exempt', outcome: 'passes', caveats: ['own-node'] })
  })

  test('out to the own node: the concept page and the API reference differ: unknown', () => {
    const { ask } = cluster([...base, to({ podSelector: {} })])
    expect(ask('shop/web -> node:n1 TCP/1')).toMatchObject({
      outcome: 'unknown',
      doubts: ['own-node-egress'],
    })
    expect(ask('shop/web -> node:n2 TCP/1')).toMatchObject({ outcome: 'fails' })
    const open = cluster([...base, to(block('192.168.0.0/24'), block('fd01::/64'))])
    expect(open.outcome('shop/web -> node:n1 TCP/1')).toBe('passes')
  })

  test('T41: an address that the own node serves itself, such as NodeLocal DNS', () => {
    const { ask } = cluster([...base, to({ podSelector: {} })])
    expect(ask('shop/web -> ip:169.254.20.10@n1 UDP/53')).toMatchObject({
      outcome: 'unknown',
      doubts: ['own-node-egress'],
    })
    expect(ask('shop/web -> ip:169.254.20.10 UDP/53').outcome).toBe('fails')
    const byBlock = cluster([...base, to(block('169.254.20.10/32'))])
    expect(byBlock.outcome('shop/web -> ip:169.254.20.10@n1 UDP/53')).toBe('passes')
  })

  test('the address in the status of the pod is enough where nodes were not read; the rest is assumed', () => {
    const { ask } = cluster(
      [...base, closed].filter(({ kind }) => kind !== 'Node'),
      undefined,
      coverageWithout('Node'),
    )
    expect(ask('ip:192.168.0.1 -> shop/db TCP/1').outcome).toBe('passes')
    const other = ask('ip:192.168.0.2 -> shop/db TCP/1')
    expect(other.outcome).toBe('fails')
    expect(other.verdict.assumes).toMatchObject([{ kind: 'Node' }])
  })
})

describe('T35: host-network pods', () => {
  const host = (key: string, number: number) =>
    pod(key, {
      labels: { app: 'host' },
      ips: [`192.168.0.${number}`, `fd01::${number}`],
      ports: [{ name: 'http', containerPort: 80 }],
      spec: { hostNetwork: true, nodeName: `n${number}` },
    })
  const objects = [...base, host('shop/h1', 1), host('shop/h2', 2)]
  const selectsHost = networkPolicy('shop/h', {
    podSelector: { matchLabels: { app: 'host' } },
    policyTypes: ['Ingress', 'Egress'],
  })

  test('as subject: not said by the API, unless the policy allows it anyway', () => {
    const { ask } = cluster([...objects, selectsHost])
    expect(ask('shop/web -> shop/h2 TCP/80')).toMatchObject({ outcome: 'unknown', doubts: ['host-network'] })
    expect(ask('shop/h2 -> shop/web TCP/80')).toMatchObject({ outcome: 'unknown', doubts: ['host-network'] })
    const open = networkPolicy('shop/h', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] })
    expect(cluster([...objects, open]).outcome('shop/web -> shop/h2 TCP/80')).toBe('passes')
  })

  test('as peer of a selector: not said; by the address of their node: yes', () => {
    expect(cluster([...objects, from({ podSelector: {} })]).ask('shop/h2 -> shop/db TCP/1')).toMatchObject({
      outcome: 'unknown',
      doubts: ['host-network'],
    })
    const byAddress = from(block('192.168.0.2/32'), block('fd01::2/128'))
    expect(cluster([...objects, byAddress]).ask('shop/h2 -> shop/db TCP/1')).toMatchObject({
      outcome: 'passes',
      caveats: [],
    })
  })

  test('of the own node look like the node', () => {
    expect(
      cluster([...objects, from(block('203.0.113.0/24'))]).ask('shop/h1 -> shop/db TCP/1'),
    ).toMatchObject({ outcome: 'unknown', doubts: ['host-network'] })
    expect(cluster([...objects, from(block('203.0.113.0/24'))]).outcome('shop/h2 -> shop/db TCP/1')).toBe(
      'fails',
    )
  })

  test('with a plugin that is known the answer is its answer, and says whose', () => {
    expect(cluster([...objects, selectsHost], calico).ask('shop/web -> shop/h2 TCP/80')).toMatchObject({
      outcome: 'passes',
    })
    expect(
      cluster([...objects, from({ podSelector: {} })], calico).ask('shop/h2 -> shop/db TCP/1'),
    ).toMatchObject({ outcome: 'fails', caveats: ['host-network'] })
  })
})
