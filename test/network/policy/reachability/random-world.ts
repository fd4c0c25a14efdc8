import fc from 'fast-check'

/** Few words, so that selectors, labels, ports and addresses meet often. */
const namespaces = ['a', 'b', 'c'] as const
const keys = ['app', 'tier'] as const
const values = ['x', 'y', ''] as const
const ports = [80, 81, 443, 8080] as const
const names = ['web', 'dns'] as const
const protocols = ['TCP', 'UDP', 'SCTP'] as const
const nodes = ['n1', 'n2'] as const

const one = <T>(items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items)
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

const labels = fc.dictionary(one(keys), one(values), { maxKeys: 2 })
const selector = fc.oneof(
  { weight: 3, arbitrary: fc.record({ matchLabels: fc.dictionary(one(keys), one(values), { maxKeys: 1 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      matchExpressions: fc.array(
        fc.oneof(
          fc.record({
            key: one(keys),
            operator: one(['In', 'NotIn'] as const),
            values: fc.array(one(values), { minLength: 1, maxLength: 2 }),
          }),
          fc.record({ key: one(keys), operator: one(['Exists', 'DoesNotExist'] as const) }),
          // Rarely one that cannot be read.
          fc.record({ key: one(keys), operator: one(['Exists', 'Like'] as const) }),
        ),
        { maxLength: 2 },
      ),
    }),
  },
)
const namespaceSelector = fc.oneof(
  selector,
  one(namespaces).map((name) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })),
)

const v4 = one([
  '10.0.0.0/30',
  '10.0.0.0/29',
  '10.0.0.2/31',
  '192.168.0.0/24',
  '192.168.0.1/32',
  '0.0.0.0/0',
  '8.8.8.8/32',
])
const v6 = one(['fd00::/126', 'fd00::2/127', '::/0', '2001:db8::/32'])
const ipBlock = fc.oneof(
  fc.record({ cidr: v4, except: fc.array(v4, { maxLength: 1 }) }),
  fc.record({ cidr: v6, except: fc.array(v6, { maxLength: 1 }) }),
)
const peer = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector }),
  fc.record({ namespaceSelector, podSelector: selector }),
  fc.record({ ipBlock }),
  fc.record({ ipBlock: fc.record({ cidr: fc.constant('nonsense') }) }),
)
const port = fc.oneof(
  fc.record({
    protocol: maybe(one(protocols)),
    port: fc.oneof(one<number | string>(ports), one<number | string>(names)),
  }),
  fc.record({ port: one(ports), endPort: one([81, 443, 8080]) }),
  fc.record({ protocol: one(protocols) }),
)
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 2 })
const rule = <K extends string>(side: K) => fc.record({ [side]: list(peer), ports: list(port) })

const metadata = (index: number, namespace?: string) => ({ name: `p${index}`, namespace })
const networkPolicy = (index: number) =>
  fc
    .record({
      namespace: one(namespaces),
      spec: fc.record({
        podSelector: selector,
        policyTypes: fc.subarray(['Ingress', 'Egress']),
        ingress: maybe(list(rule('from'))),
        egress: maybe(list(rule('to'))),
      }),
    })
    .map(({ namespace, spec }) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata(index, namespace),
      spec,
    }))

const scope = fc.oneof(
  fc.record({ namespaces: namespaceSelector }),
  fc.record({ pods: fc.record({ namespaceSelector, podSelector: selector }) }),
)
const egressPeer = fc.oneof(
  { weight: 3, arbitrary: scope },
  { weight: 1, arbitrary: fc.record({ networks: fc.array(v4, { minLength: 1, maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ nodes: fc.record({ matchLabels: fc.constant({ zone: 'one' }) }) }) },
  { weight: 1, arbitrary: fc.record({ domainNames: fc.constant(['example.com']) }) },
)
const range = fc.record({ start: one([1, 80]), end: one([80, 443]) })
const protocol = fc.oneof(
  ...(['tcp', 'udp', 'sctp'] as const).map((name) =>
    fc.record({
      [name]: fc.record({
        destinationPort: fc.oneof(fc.record({ number: one(ports) }), fc.record({ range })),
      }),
    }),
  ),
  fc.record({ destinationNamedPort: one(names) }),
)
const adminRules = (accept: string) => ({
  ingress: list(
    fc.record({
      action: one([accept, 'Deny', 'Pass']),
      from: fc.array(scope, { minLength: 1, maxLength: 2 }),
      protocols: list(protocol),
    }),
  ),
  egress: list(
    fc.record({
      action: one([accept, 'Deny', 'Pass']),
      to: fc.array(egressPeer, { minLength: 1, maxLength: 2 }),
      protocols: list(protocol),
    }),
  ),
})
const clusterPolicy = (index: number) =>
  fc
    .record({
      tier: one(['Admin', 'Baseline']),
      priority: one([1, 1, 2]),
      subject: scope,
      ...adminRules('Accept'),
    })
    .map((spec) => ({
      apiVersion: 'policy.networking.k8s.io/v1alpha2',
      kind: 'ClusterNetworkPolicy',
      metadata: metadata(index),
      spec,
    }))
const adminPolicy = (index: number) =>
  fc
    .record({ priority: one([1, 2]), subject: scope, ...adminRules('Allow') })
    .map(({ ingress, egress, ...spec }) => ({
      apiVersion: 'policy.networking.k8s.io/v1alpha1',
      kind: 'AdminNetworkPolicy',
      metadata: metadata(index),
      spec: {
        ...spec,
        ingress: ingress.map(({ protocols: _, ...item }) => item),
        egress: egress.map(({ protocols: _, ...item }) => item),
      },
    }))

const containerPort = fc.record({
  name: maybe(one(names)),
  containerPort: one(ports),
  protocol: maybe(one(protocols)),
})
const addresses = one<readonly ('v4' | 'v6')[]>([['v4'], ['v4'], ['v6'], ['v4', 'v6'], ['v6', 'v4'], [], []])
const pod = (index: number) =>
  fc
    .record({
      namespace: one(namespaces),
      labels,
      ports: list(containerPort),
      init: list(containerPort),
      addresses,
      hostNetwork: fc.integer({ min: 0, max: 4 }).map((value) => value === 0),
      node: maybe(one(nodes)),
      phase: one(['Running', 'Running', undefined, undefined, 'Succeeded']),
    })
    .map((facts) => podObject(index, facts))

interface PodFacts {
  readonly namespace: string
  readonly labels: object
  readonly ports: readonly object[]
  readonly init: readonly object[]
  readonly addresses: readonly ('v4' | 'v6')[]
  readonly hostNetwork: boolean
  readonly node: string | undefined
  readonly phase: string | undefined
}

function podObject(index: number, facts: PodFacts): unknown {
  const own = { v4: `10.0.0.${index}`, v6: `fd00::${index}` }
  const podIPs = facts.hostNetwork
    ? [{ ip: facts.node === 'n2' ? '192.168.0.2' : '192.168.0.1' }]
    : facts.addresses.map((family) => ({ ip: own[family] }))
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod${index}`, namespace: facts.namespace, labels: facts.labels },
    spec: {
      nodeName: facts.node,
      hostNetwork: facts.hostNetwork,
      containers: [{ name: 'main', ports: facts.ports }],
      initContainers: [{ name: 'init', ports: facts.init }],
    },
    status: { phase: facts.phase, podIPs },
  }
}

const node = (name: string, address: string, zone: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { zone } },
  status: { addresses: [{ type: 'InternalIP', address }] },
})

const many = <T>(make: (index: number) => fc.Arbitrary<T>, most: number): fc.Arbitrary<readonly T[]> =>
  fc
    .integer({ min: 0, max: most })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => make(index))))

const namespaceObjects = fc
  .tuple(fc.subarray([...namespaces], { minLength: 2 }), labels, labels)
  .map(([named, first, second]) =>
    named.map((name, index) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: index === 0 ? first : second },
    })),
  )

const policies = fc
  .tuple(
    many(networkPolicy, 5),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant<readonly unknown[]>([]) },
      { weight: 3, arbitrary: many<unknown>(clusterPolicy, 3) },
      { weight: 2, arbitrary: many<unknown>(adminPolicy, 2) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(many<unknown>(clusterPolicy, 2), many<unknown>(adminPolicy, 2))
          .map((parts) => parts.flat()),
      },
    ),
  )
  .map((parts) => parts.flat())

/** Objects of a small cluster: all kinds of policies, addresses, ports, unread labels and odd pods. */
export const randomObjects: fc.Arbitrary<readonly unknown[]> = fc
  .tuple(namespaceObjects, many(pod, 7), policies)
  .map(([spaces, pods, all]) => [
    ...spaces,
    ...pods,
    ...all,
    node('n1', '192.168.0.1', 'one'),
    node('n2', '192.168.0.2', 'two'),
  ])

/** Policies of one kind or another, to change a cluster with. */
export const randomPolicies = policies
