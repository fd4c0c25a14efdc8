import fc from 'fast-check'
import { blocks } from './network-policies.ts'
import {
  compact,
  field,
  maybe,
  namespaceSelector,
  numbers,
  pick,
  podSelector,
  portNames,
  protocols,
  type Raw,
  selector,
} from './values.ts'

type Make = (index: number) => Raw

const ofPods = fc.oneof(
  fc.record({ namespaces: namespaceSelector }),
  fc.record({ pods: fc.record({ namespaceSelector, podSelector }) }),
)
const networks = fc.record({
  networks: fc.uniqueArray(pick(...blocks.map(([cidr]) => cidr)), { minLength: 1, maxLength: 2 }),
})
const ofNodes = fc.record({ nodes: selector(['pool']) })

const portsAlpha1 = fc.oneof(
  fc.record({
    portNumber: fc.record({ protocol: maybe(pick(...protocols)), port: pick(...numbers) }).map(compact),
  }),
  fc.record({
    portRange: fc
      .record({ protocol: maybe(pick(...protocols)), start: pick(53, 80), end: pick(81, 82) })
      .map(compact),
  }),
)
const namedAlpha1 = fc.record({ namedPort: pick(...portNames) })
const destinationPort = fc.oneof(
  fc.record({ number: pick(...numbers) }),
  fc.record({ range: fc.record({ start: pick(53, 80), end: pick(81, 82) }) }),
)
const portsAlpha2 = fc.oneof(
  ...(['tcp', 'udp', 'sctp'] as const).map((name) => fc.record({ [name]: fc.record({ destinationPort }) })),
)
const namedAlpha2 = fc.record({ destinationNamedPort: pick(...portNames) })

/** Named ports only where no peer is an address: the API refuses both together. */
function adminRule(
  direction: 'ingress' | 'egress',
  generation: 1 | 2,
  actions: readonly string[],
): fc.Arbitrary<Raw> {
  const [listName, numbered, named] =
    generation === 1
      ? (['ports', portsAlpha1, namedAlpha1] as const)
      : (['protocols', portsAlpha2, namedAlpha2] as const)
  const side = direction === 'ingress' ? 'from' : 'to'
  const common = { action: pick(...actions) }
  const list = (item: fc.Arbitrary<Raw>) => maybe(fc.array(item, { minLength: 1, maxLength: 2 }))
  const toPods = fc.record({
    ...common,
    [side]: fc.array(ofPods, { minLength: 1, maxLength: 2 }),
    [listName]: list(fc.oneof<fc.Arbitrary<Raw>[]>(numbered, named)),
  })
  if (direction === 'ingress') return toPods.map(compact)
  const toAddresses = fc.record({
    ...common,
    [side]: fc.array(fc.oneof<fc.Arbitrary<Raw>[]>(networks, ofNodes, ofPods), {
      minLength: 1,
      maxLength: 2,
    }),
    [listName]: list(numbered),
  })
  return fc.oneof(toPods, toAddresses).map(compact)
}

function adminPolicy(kind: string, generation: 1 | 2, actions: readonly string[], tiers: readonly string[]) {
  return fc
    .record({
      priority: pick(1, 1, 2, 3),
      tier: tiers.length === 0 ? fc.constant(undefined) : pick(...tiers),
      subject: ofPods,
      ingress: field(fc.array(adminRule('ingress', generation, actions), { maxLength: 3 })),
      egress: field(fc.array(adminRule('egress', generation, actions), { maxLength: 3 })),
    })
    .map((spec) => (index: number): Raw => {
      const isBaseline = kind === 'BaselineAdminNetworkPolicy'
      return {
        apiVersion: `policy.networking.k8s.io/v1alpha${generation}`,
        kind,
        metadata: { name: isBaseline ? 'default' : `${kind.toLowerCase()}${index}` },
        spec: compact({ ...spec, priority: isBaseline ? undefined : spec.priority }),
      }
    })
}

const firstGeneration: fc.Arbitrary<readonly Make[]> = fc
  .tuple(
    fc.array(adminPolicy('AdminNetworkPolicy', 1, ['Allow', 'Deny', 'Pass'], []), { maxLength: 3 }),
    fc.array(adminPolicy('BaselineAdminNetworkPolicy', 1, ['Allow', 'Deny'], []), { maxLength: 1 }),
  )
  .map((lists) => lists.flat())
const secondGeneration: fc.Arbitrary<readonly Make[]> = fc.array(
  adminPolicy('ClusterNetworkPolicy', 2, ['Accept', 'Deny', 'Pass'], ['Admin', 'Admin', 'Baseline']),
  { maxLength: 4 },
)
/** Policies without their names, which come from their place in the list. */
export const clusterWide: fc.Arbitrary<readonly Make[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<readonly Make[]>([]) },
  { weight: 3, arbitrary: firstGeneration },
  { weight: 3, arbitrary: secondGeneration },
  { weight: 1, arbitrary: fc.tuple(firstGeneration, secondGeneration).map((lists) => lists.flat()) },
)
