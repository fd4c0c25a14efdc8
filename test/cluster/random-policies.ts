import fc, { type Arbitrary } from 'fast-check'
import { type KubernetesObject, networkPolicy } from './kit/objects.ts'
import { oneDirectionEach, type RandomPeer, type RandomPort, readAlike } from './kube-router.ts'

/** What random policies may speak of: whatever is real, so that they match something. */
export interface Surroundings {
  readonly namespaces: readonly string[]
  /** Labels of pods, and of namespaces, as `key: value`. */
  readonly podLabels: Labels
  readonly namespaceLabels: Labels
  /** Addresses of pods; blocks are made of them and of the networks around them. */
  readonly addresses: readonly string[]
  readonly ports: readonly number[]
  readonly portNames: readonly string[]
}

type Block = NonNullable<RandomPeer['ipBlock']>
type Labels = Readonly<Record<string, readonly string[]>>
type Json = Readonly<Record<string, unknown>>

/** A NetworkPolicy with its namespace, as one or two objects that the API server accepts. */
export function randomPolicy(world: Surroundings): Arbitrary<readonly KubernetesObject[]> {
  const spec = fc.record(
    {
      podSelector: selector(world.podLabels),
      policyTypes: fc.subarray(['Ingress', 'Egress'] as const, { minLength: 1 }),
      ingress: fc.array(rule('ingress', world), { maxLength: 3 }),
      egress: fc.array(rule('egress', world), { maxLength: 3 }),
    },
    { requiredKeys: ['podSelector'] },
  )
  return fc
    .tuple(fc.constantFrom(...world.namespaces), spec)
    .map(([namespace, wide]) =>
      oneDirectionEach(wide).map((fields) => inNamespace(namespace, networkPolicy('random', fields))),
    )
}

function inNamespace(namespace: string, policy: KubernetesObject): KubernetesObject {
  return { ...policy, metadata: { ...policy.metadata, namespace } }
}

function rule(direction: 'ingress' | 'egress', world: Surroundings): Arbitrary<Json> {
  const random = fc.record(
    {
      peers: fc.array(peer(world), { maxLength: 2 }),
      ports: fc.array(portEntry(world), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  )
  return random.map((wide) => {
    const { peers, ports } = readAlike(direction, wide)
    const peersField = direction === 'ingress' ? 'from' : 'to'
    return { ...(peers && { [peersField]: peers }), ...(ports && { ports }) }
  })
}

function peer(world: Surroundings): Arbitrary<RandomPeer> {
  const podSelector = selector(world.podLabels)
  const namespaceSelector = selector(world.namespaceLabels)
  return fc.oneof(
    fc.record({ podSelector }),
    fc.record({ namespaceSelector }),
    fc.record({ podSelector, namespaceSelector }),
    fc.record({ ipBlock: block(world.addresses) }),
  )
}

/** Absent and present labels, by `matchLabels` and by every operator. */
function selector(labels: Labels): Arbitrary<Json> {
  const key = fc.constantFrom(...Object.keys(labels))
  const values = (name: string) =>
    fc.subarray([...(labels[name] ?? []), 'nobody'], { minLength: 1, maxLength: 2 })
  const expression = key.chain((name) =>
    fc.oneof(
      fc.record({ key: fc.constant(name), operator: fc.constantFrom('In', 'NotIn'), values: values(name) }),
      fc.record({ key: fc.constant(name), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
    ),
  )
  const pair = key.chain((name) =>
    fc.constantFrom(...(labels[name] ?? [])).map((value) => ({ matchLabels: { [name]: value } })),
  )
  return fc.oneof(
    fc.constant({}),
    { arbitrary: pair, weight: 3 },
    expression.map((item) => ({ matchExpressions: [item] })),
  )
}

/** One address, the network of a node, or everything; with one address taken out again, or the network of a node. */
function block(addresses: readonly string[]): Arbitrary<Block> {
  const address = fc.constantFrom(...addresses)
  const one = address.map((item) => `${item}/32`)
  const network = address.map((item) => `${item.replace(/\d+$/, '0')}/24`)
  const excepting = (cidr: string, hole: Arbitrary<string>) =>
    fc.record({ cidr: fc.constant(cidr), except: hole.map((item) => [item]) })
  return fc.oneof(
    fc.record({ cidr: fc.oneof(one, network, fc.constant('0.0.0.0/0')) }),
    address.chain((item) => excepting(`${item.replace(/\d+$/, '0')}/24`, fc.constant(`${item}/32`))),
    excepting('0.0.0.0/0', fc.oneof(one, network)),
  )
}

function portEntry({ ports, portNames }: Surroundings): Arbitrary<RandomPort> {
  const protocol = fc.constantFrom('TCP', 'UDP')
  const number = fc.constantFrom(...ports)
  const range = fc.tuple(number, number).map(([a, b]) => ({ port: Math.min(a, b), endPort: Math.max(a, b) }))
  return fc.oneof(
    fc.record({ protocol, port: number }, { requiredKeys: ['port'] }),
    fc.record({ protocol, port: fc.constantFrom(...portNames) }, { requiredKeys: ['port'] }),
    fc.tuple(protocol, range).map(([name, numbers]) => ({ protocol: name, ...numbers })),
    fc.record({ protocol }),
  )
}
