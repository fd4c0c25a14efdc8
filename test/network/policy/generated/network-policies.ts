import fc from 'fast-check'
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
} from './values.ts'

export const blocks: readonly (readonly [cidr: string, ...holes: readonly string[]])[] = [
  ['0.0.0.0/0', '10.0.0.0/30', '192.168.0.0/16', '10.0.0.5/32'],
  ['10.0.0.0/29', '10.0.0.2/32', '10.0.0.4/30', '10.0.0.3/31'],
  ['10.0.0.6/30', '10.0.0.5/32'],
  ['10.0.0.2/32'],
  ['192.168.0.0/24', '192.168.0.1/32'],
  ['203.0.113.0/24', '203.0.113.128/25'],
  ['::/0', 'fd00::/64', '2001:db8::/32'],
  ['fd00::/125', 'fd00::2/128', 'fd00::4/126'],
  ['fd00::7/126'],
  ['fd01::/64', 'fd01::1/128'],
]

const ipBlock = pick(...blocks).chain(([cidr, ...holes]) =>
  fc.record({ cidr: fc.constant(cidr), except: field(fc.subarray([...holes])) }).map(compact),
)

const peer = fc.oneof(
  { weight: 3, arbitrary: fc.record({ podSelector }) },
  { weight: 2, arbitrary: fc.record({ namespaceSelector }) },
  { weight: 3, arbitrary: fc.record({ podSelector, namespaceSelector }) },
  { weight: 4, arbitrary: fc.record({ ipBlock }) },
)

const port = fc.oneof(
  fc.record({ protocol: field(pick(...protocols)) }).map(compact),
  fc.record({ protocol: field(pick('TCP', ...protocols)), port: pick(...numbers) }).map(compact),
  fc.record({ protocol: field(pick('TCP', ...protocols)), port: pick(...portNames) }).map(compact),
  fc
    .record({ protocol: maybe(pick(...protocols)), port: pick(53, 80), endPort: pick(80, 81, 82) })
    .map(compact),
)

const peers = field(fc.array(peer, { maxLength: 2 }))
const ports = field(fc.array(port, { maxLength: 2 }))
const rules = (side: 'from' | 'to') =>
  field(fc.array(fc.record({ [side]: peers, ports }).map(compact), { maxLength: 2 }))

const bothTypes = ['Ingress', 'Egress']

export const networkPolicy = fc
  .record({
    namespace: pick('a', 'a', 'b', 'c'),
    spec: fc
      .record({
        podSelector: field(podSelector),
        policyTypes: field(pick<readonly string[]>([], ['Ingress'], ['Egress'], bothTypes, bothTypes)),
        ingress: rules('from'),
        egress: rules('to'),
      })
      .map(compact),
  })
  .map(
    ({ namespace, spec }) =>
      (index: number): Raw => ({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: `np${index}`, namespace },
        spec,
      }),
  )
