import { describe, expect, test } from 'vitest'
import {
  adminPolicy,
  baselinePolicy,
  cluster,
  clusterPolicy,
  coverageWithout,
  everyPod,
  namespace,
  networkPolicy,
  node,
  pod,
  problemsOf,
} from './kit.ts'

const base = [
  namespace('shop', { team: 'shop' }),
  namespace('pay', { team: 'pay' }),
  node('n1', ['192.168.0.1'], { pool: 'a' }),
  node('n2', ['192.168.0.2', 'fd01::2'], { pool: 'b' }),
  pod('shop/web', { labels: { app: 'web' }, ips: ['10.0.0.1'] }),
  pod('pay/api', {
    labels: { app: 'api' },
    ips: ['10.0.1.1'],
    ports: [{ name: 'dns', containerPort: 53, protocol: 'UDP' }],
  }),
  pod('pay/host', { ips: ['192.168.0.2'], spec: { hostNetwork: true, nodeName: 'n2' } }),
]
const flow = 'shop/web -> pay/api TCP/80'
type Fields = Readonly<Record<string, unknown>>
const rule = (action: string, more: Fields = {}) => ({ action, from: [everyPod], ...more })
const out = (action: string, ...to: readonly unknown[]) => ({ action, to })
const alpha1 = (name: string, priority: unknown, ...ingress: readonly unknown[]) =>
  adminPolicy(name, { priority, subject: everyPod, ingress })
const alpha2 = (name: string, priority: unknown, tier: string, ...ingress: readonly unknown[]) =>
  clusterPolicy(name, { priority, tier, subject: everyPod, ingress })
const closed = networkPolicy('pay/closed', { podSelector: {}, policyTypes: ['Ingress'] })
const open = networkPolicy('pay/open', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] })
const baseline = (action: string) => baselinePolicy({ subject: everyPod, ingress: [rule(action)] })

describe('T42, T43, T45: tiers', () => {
  test.each([
    ['admin allows against NetworkPolicy', [alpha1('a', 5, rule('Allow')), closed], 'passes'],
    ['admin denies against NetworkPolicy', [alpha1('a', 5, rule('Deny')), open], 'fails'],
    ['the lower number first', [alpha1('z', 1, rule('Allow')), alpha1('a', 2, rule('Deny'))], 'passes'],
    ['0 before all', [alpha1('z', 0, rule('Deny')), alpha1('a', 1, rule('Allow'))], 'fails'],
    ['the first rule that matches', [alpha1('a', 1, rule('Deny'), rule('Allow'))], 'fails'],
    [
      'a rule for another port does not match',
      [alpha1('a', 1, rule('Deny', { ports: [{ portNumber: { port: 1 } }] }), rule('Allow')), closed],
      'passes',
    ],
    ['Pass: NetworkPolicy decides', [alpha1('a', 1, rule('Pass')), closed], 'fails'],
    ['Pass: NetworkPolicy decides', [alpha1('a', 1, rule('Pass')), open], 'passes'],
    ['Pass ends the tier', [alpha1('a', 1, rule('Pass')), alpha1('b', 2, rule('Deny'))], 'passes'],
    [
      'Pass: baseline, when no NetworkPolicy selects',
      [alpha1('a', 1, rule('Pass')), baseline('Deny')],
      'fails',
    ],
    ['baseline only where no NetworkPolicy selects', [baseline('Deny'), open], 'passes'],
    ['baseline allows nothing that NetworkPolicy denies', [baseline('Allow'), closed], 'fails'],
    ['nothing decides', [], 'passes'],
    ['CNP: Accept', [alpha2('a', 1, 'Admin', rule('Accept')), closed], 'passes'],
    [
      'CNP: Pass, lower rules do not act',
      [alpha2('a', 1, 'Admin', rule('Pass'), rule('Deny')), open],
      'passes',
    ],
    [
      'CNP: baseline with Pass is the default',
      [alpha2('a', 1, 'Baseline', rule('Pass'), rule('Deny'))],
      'passes',
    ],
    [
      'CNP: baseline objects by priority',
      [alpha2('a', 2, 'Baseline', rule('Deny')), alpha2('b', 1, 'Baseline', rule('Accept'))],
      'passes',
    ],
    ['CNP: baseline under NetworkPolicy', [alpha2('a', 1, 'Baseline', rule('Deny')), open], 'passes'],
    ['no rules of this direction', [alpha1('a', 1)], 'passes'],
  ] as const)('%s', (_, policies, outcome) => {
    expect(cluster([...base, ...policies]).outcome(flow)).toBe(outcome)
  })

  test('what passed on and what decided are named', () => {
    const [family] = cluster([...base, alpha1('a', 1, rule('Pass')), closed]).ask(flow).verdict.families
    expect(family?.ingress).toMatchObject({ tier: 'network-policy', outcome: 'fails' })
    expect(family?.ingress.passedBy.map(({ policy, path }) => [policy.reference.name, path])).toEqual([
      ['a', 'spec.ingress[0]'],
    ])
    expect(family?.ingress.isolatedBy.map(({ reference }) => reference.name)).toEqual(['closed'])
  })
})

describe('T44: equal priorities', () => {
  test.each([
    ['different answers', [alpha1('a', 1, rule('Allow')), alpha1('b', 1, rule('Deny'))]],
    ['Pass or Deny', [alpha1('a', 1, rule('Pass')), alpha1('b', 1, rule('Deny'))]],
    [
      'ClusterNetworkPolicies',
      [alpha2('a', 1, 'Baseline', rule('Accept')), alpha2('b', 1, 'Baseline', rule('Deny'))],
    ],
  ])('%s: unknown, in any order of the objects', (_, policies) => {
    for (const list of [policies, policies.toReversed()])
      expect(cluster([...base, ...list]).ask(flow)).toMatchObject({
        outcome: 'unknown',
        doubts: ['equal-priority'],
      })
  })
  test('the same answer: certain, with a caveat', () => {
    const { ask } = cluster([...base, alpha1('a', 1, rule('Deny')), alpha1('b', 1, rule('Deny'))])
    expect(ask(flow)).toMatchObject({ outcome: 'fails', caveats: ['equal-priority'] })
  })
  test('only one matches: certain', () => {
    const other = alpha1('b', 1, rule('Deny', { ports: [{ portNumber: { port: 1 } }] }))
    expect(cluster([...base, alpha1('a', 1, rule('Allow')), other]).ask(flow)).toMatchObject({
      outcome: 'passes',
      caveats: [],
    })
  })
  test('a decision before them settles it', () => {
    const policies = [
      alpha1('a', 1, rule('Allow')),
      alpha1('b', 1, rule('Deny')),
      alpha1('c', 0, rule('Deny')),
    ]
    expect(cluster([...base, ...policies]).outcome(flow)).toBe('fails')
  })
  test('equal priorities of different tiers are not equal', () => {
    const policies = [alpha2('a', 1, 'Admin', rule('Accept')), alpha2('b', 1, 'Baseline', rule('Deny'))]
    expect(cluster([...base, ...policies]).outcome(flow)).toBe('passes')
  })
})

describe('both generations in one cluster', () => {
  test('the same answer: certain; different ones: unknown', () => {
    const first = alpha1('a', 1, rule('Deny'))
    expect(cluster([...base, first, alpha2('b', 1, 'Admin', rule('Deny'))]).ask(flow)).toMatchObject({
      outcome: 'fails',
      caveats: ['two-generations'],
    })
    expect(cluster([...base, first, alpha2('b', 1, 'Admin', rule('Accept'))]).ask(flow)).toMatchObject({
      outcome: 'unknown',
      doubts: ['two-generations'],
    })
  })
})

describe('T46: ports', () => {
  test.each([
    ['number', { protocols: [{ tcp: { destinationPort: { number: 80 } } }] }, 'TCP/80', true],
    ['another number', { protocols: [{ tcp: { destinationPort: { number: 80 } } }] }, 'TCP/81', false],
    ['another protocol', { protocols: [{ tcp: { destinationPort: { number: 80 } } }] }, 'UDP/80', false],
    ['range', { protocols: [{ udp: { destinationPort: { range: { start: 5, end: 9 } } } }] }, 'UDP/9', true],
    ['a protocol without port', { protocols: [{ sctp: {} }] }, 'SCTP/77', true],
    ['and nothing else', { protocols: [{ sctp: {} }] }, 'TCP/77', false],
    [
      'a name, with the protocol of the pod',
      { protocols: [{ destinationNamedPort: 'dns' }] },
      'UDP/53',
      true,
    ],
    ['not with another', { protocols: [{ destinationNamedPort: 'dns' }] }, 'TCP/53', false],
    ['missing: everything, ICMP too', {}, 'ICMP/0', true],
    ['a list leaves ICMP out', { protocols: [{ tcp: {} }] }, 'ICMP/0', false],
  ] as const)('%s: %j %s', (_, ports, port, isMatched) => {
    const { outcome } = cluster([...base, alpha2('a', 1, 'Admin', rule('Deny', ports))])
    expect(outcome(`shop/web -> pay/api ${port}`)).toBe(isMatched ? 'fails' : 'passes')
  })

  test.each([
    ['two fields', { protocols: [{ tcp: {}, udp: {} }] }],
    ['no field', { protocols: [{}] }],
    [
      'number and range',
      { protocols: [{ tcp: { destinationPort: { number: 80, range: { start: 1, end: 2 } } } }] },
    ],
    ['range backwards', { protocols: [{ tcp: { destinationPort: { range: { start: 9, end: 5 } } } }] }],
    ['port 0', { protocols: [{ tcp: { destinationPort: { number: 0 } } }] }],
    ['a field that there is not', { protocols: [{ tcp: { sourcePort: { number: 1 } } }] }],
  ])('%s: unknown for what the rule could touch', (_, ports) => {
    const { outcome } = cluster([...base, alpha2('a', 1, 'Admin', rule('Deny', ports))])
    expect(outcome(flow)).toBe('unknown')
  })
})

describe('T47, T48: egress to addresses', () => {
  const policy = (...egress: readonly unknown[]) =>
    clusterPolicy('e', { tier: 'Admin', priority: 1, subject: everyPod, egress })
  test.each([
    ['networks match pods', out('Deny', { networks: ['0.0.0.0/0'] }), 'pay/api', 'fails'],
    ['networks match outside', out('Deny', { networks: ['203.0.113.0/24'] }), 'ip:203.0.113.4', 'fails'],
    ['networks of the other family', out('Deny', { networks: ['::/0'] }), 'pay/api', 'passes'],
    ['nodes by their labels', out('Deny', { nodes: { matchLabels: { pool: 'b' } } }), 'node:n2', 'fails'],
    ['other nodes', out('Deny', { nodes: { matchLabels: { pool: 'b' } } }), 'node:n1', 'passes'],
    ['nodes by any address', out('Deny', { nodes: {} }), 'ip:fd01:0:0::2', 'fails'],
    ['no address of a node', out('Deny', { nodes: {} }), 'ip:203.0.113.4', 'passes'],
    ['a host-network pod, by its node', out('Deny', { nodes: {} }), 'pay/host', 'fails'],
    ['a host-network pod, not by its namespace', out('Deny', everyPod), 'pay/host', 'passes'],
    ['pods are no nodes', out('Deny', { nodes: {} }), 'pay/api', 'passes'],
  ] as const)('%s: %j %s: %s', (_, written, target, outcome) => {
    expect(cluster([...base, policy(written)]).outcome(`shop/web -> ${target} TCP/80`)).toBe(outcome)
  })

  test('a Pass for pods before the Deny lets them through', () => {
    const { outcome } = cluster([
      ...base,
      policy(out('Pass', everyPod), out('Deny', { networks: ['0.0.0.0/0'] })),
    ])
    expect(outcome(flow)).toBe('passes')
    expect(outcome('shop/web -> ip:203.0.113.4 TCP/80')).toBe('fails')
  })

  test('T35: host-network pods are no subjects', () => {
    expect(cluster([...base, policy(out('Deny', everyPod))]).outcome('pay/host -> pay/api TCP/80')).toBe(
      'passes',
    )
  })

  test('domain names resolve to what only the resolver knows: unknown', () => {
    const names = policy(
      out('Accept', { domainNames: ['example.org'] }),
      out('Deny', { networks: ['0.0.0.0/0'] }),
    )
    expect(cluster([...base, names]).ask('shop/web -> ip:203.0.113.4 TCP/443')).toMatchObject({
      outcome: 'unknown',
      doubts: ['domain-names'],
    })
  })

  test.each([
    ['no network', out('Deny', { networks: [] })],
    ['no CIDR', out('Deny', { networks: ['10.0.0.0'] })],
    ['names in a rule that denies', out('Deny', { domainNames: ['example.org'] })],
    [
      'a named port for addresses',
      { ...out('Deny', { networks: ['0.0.0.0/0'] }), protocols: [{ destinationNamedPort: 'dns' }] },
    ],
  ])('%s is invalid: never a silent allow, and named', (_, written) => {
    const { outcome, world } = cluster([...base, policy(written)])
    expect(outcome('shop/web -> pay/api UDP/53')).toBe('unknown')
    expect(problemsOf(world.policies.cluster().all)[0]).toMatch(/^invalid /)
  })
})

describe('T49: a peer without a field that is known: the rule fails closed', () => {
  test.each([
    ['Accept matches nothing', rule('Accept', { from: [{}] }), 'passes', 'fails'],
    ['nor through its other peers', rule('Accept', { from: [everyPod, {}] }), 'passes', 'fails'],
    ['Deny denies everything', rule('Deny', { from: [{}] }), 'fails', 'fails'],
    ['on every port', rule('Deny', { from: [{}], protocols: [{ udp: {} }] }), 'fails', 'fails'],
    ['Pass denies everything', rule('Pass', { from: [{}] }), 'fails', 'fails'],
    ['so does a field of a newer API', rule('Deny', { from: [{ services: {} }] }), 'fails', 'fails'],
    [
      'and a field of the other direction',
      rule('Deny', { from: [{ networks: ['0.0.0.0/0'] }] }),
      'fails',
      'fails',
    ],
  ])('%s', (_, written, alone, withPolicy) => {
    expect(cluster([...base, alpha2('a', 1, 'Admin', written)]).outcome(flow)).toBe(alone)
    expect(cluster([...base, alpha2('a', 1, 'Admin', written), closed]).outcome(flow)).toBe(withPolicy)
  })
})

describe('T50: fields of the first v1alpha1', () => {
  test.each([
    ['sameLabels', { namespaces: { sameLabels: ['team'] } }],
    ['notSameLabels', { namespaces: { notSameLabels: ['team'] } }],
    ['the old peer', { namespaces: { namespaceSelector: {} } }],
    ['the old pods', { pods: { namespaces: { namespaceSelector: {} }, podSelector: {} } }],
  ])('%s: unknown for what it could touch, and named', (_, peer) => {
    const { ask, world } = cluster([...base, alpha1('a', 1, rule('Deny', { from: [peer] }))])
    expect(ask(flow)).toMatchObject({ outcome: 'unknown', doubts: ['unknown-field'] })
    expect(problemsOf(world.policies.cluster().all)[0]).toMatch(/spec\.ingress\[0\]\.from\[0\]/)
  })
})

describe('what the API server refuses: unknown, named, and before everything else', () => {
  test.each([
    ['no priority', alpha1('a', undefined, rule('Allow'))],
    ['a priority that is too high', alpha1('a', 1001, rule('Allow'))],
    ['a negative priority', alpha1('a', -1, rule('Allow'))],
    ['no tier', clusterPolicy('a', { priority: 1, subject: everyPod, ingress: [rule('Accept')] })],
    ['a tier that there is not', alpha2('a', 1, 'NetworkPolicy', rule('Accept'))],
    ['no subject', adminPolicy('a', { priority: 1, ingress: [rule('Allow')] })],
    [
      'two subjects',
      adminPolicy('a', { priority: 1, subject: { ...everyPod, pods: {} }, ingress: [rule('Allow')] }),
    ],
    ['an action of the other generation', alpha1('a', 1, rule('Accept'))],
    ['an action of the other generation', alpha2('a', 1, 'Admin', rule('Allow'))],
    ['no action', alpha1('a', 1, { from: [everyPod] })],
    ['no peers', alpha1('a', 1, { action: 'Allow' })],
    ['no peers', alpha1('a', 1, { action: 'Allow', from: [] })],
    ['Pass in the baseline', baselinePolicy({ subject: everyPod, ingress: [rule('Pass')] })],
    ['a baseline of another name', baselinePolicy({ subject: everyPod, ingress: [rule('Deny')] }, 'other')],
    [
      'a field that there is not',
      adminPolicy('a', { priority: 1, subject: everyPod, ingres: [rule('Deny')] }),
    ],
    [
      'rules that are no list',
      adminPolicy('a', { priority: 1, subject: everyPod, ingress: { 0: rule('Deny') } }),
    ],
  ])('%s', (_, policy) => {
    const { ask, world } = cluster([...base, policy])
    const answer = ask(flow)
    // What would only allow what is allowed anyway changes nothing.
    expect(answer.outcome === 'unknown' || answer.caveats.includes('input-invalid')).toBe(true)
    expect(problemsOf(world.policies.cluster().all)[0]).toMatch(/^invalid /)
  })

  test('a policy that cannot be read is never a silent allow', () => {
    const broken = adminPolicy('a', { priority: 1, subject: everyPod, ingress: 'deny' })
    expect(cluster([...base, broken]).outcome(flow)).toBe('unknown')
    const standard = networkPolicy('pay/p', { podSelector: {}, policyTypes: ['Ingress'], ingres: [{}] })
    expect(cluster([...base, standard]).outcome(flow)).toBe('unknown')
  })
})

test('admin policies that were not read are assumed not to be there, said once', () => {
  const { ask } = cluster([...base, closed], undefined, coverageWithout('AdminNetworkPolicy'))
  expect(ask(flow).outcome).toBe('fails')
  expect(ask(flow).verdict.assumes).toMatchObject([{ kind: 'AdminNetworkPolicy', why: 'not-asked' }])
})
