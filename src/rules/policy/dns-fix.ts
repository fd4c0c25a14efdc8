import { type Edit, pointer } from '../../network/edit.ts'
import { chosenEndpoints } from '../../network/flows/chosen.ts'
import { lookupsOf } from '../../network/flows/lookups.ts'
import { parseAddress } from '../../network/inventory/address.ts'
import type { Network } from '../../network/network.ts'
import { nameLabel } from '../../network/policy/endpoint.ts'
import type { Policy } from '../../network/policy/model.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import type { NetworkPolicy } from '../../snapshot/kinds/network-policy.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import type { DnsTrouble } from './dns-trouble.ts'
import { steps } from './patches.ts'

/** An entry of `ports` in a rule. */
export interface PortItem {
  readonly protocol: 'UDP' | 'TCP'
  readonly port: number
}

const dnsPort = 53

/** The ports on which a client's nameservers answer, UDP first: those of the pods, not that of the Service. */
export function serverPorts({ workload }: DnsTrouble, network: Network): readonly PortItem[] {
  return (['UDP', 'TCP'] as const).flatMap((protocol) => {
    const [lookup] = lookupsOf({ kind: 'workload', workload }, network.inventory, protocol).items
    if (lookup === undefined) return []
    const { destination } = network.traffic.destination(lookup.connection)
    const endpoints =
      destination.kind === 'service' ? chosenEndpoints(lookup.connection, destination, network.services) : []
    const numbers = new Set(endpoints.flatMap(({ targetPort }) => targetPort ?? []))
    return [...(numbers.size === 0 ? [dnsPort] : numbers)].map((port) => ({ protocol, port }))
  })
}

/** The item of `to` that names a client's nameserver: its pods, or the address where no pod answers. */
export function serverPeer({ lookup }: DnsTrouble, network: Network): unknown {
  const { destination } = network.traffic.destination(lookup.connection)
  const selector = destination.kind === 'service' ? selectorOf(destination.service) : undefined
  if (destination.kind === 'service' && selector !== undefined)
    return {
      namespaceSelector: { matchLabels: { [nameLabel]: destination.service.metadata.namespace ?? '' } },
      podSelector: { matchLabels: { ...selector } },
    }
  const address = lookup.nameserver.address
  const parsed = address === undefined ? undefined : parseAddress(address)
  return parsed === undefined ? undefined : { ipBlock: { cidr: `${address}/${parsed.bits}` } }
}

/** Adds something to a list inside a policy; makes the list where there is none. */
export function addTo(policy: ObjectReference, field: string, items: readonly unknown[]): Edit {
  const path = pointer(...steps(field), '-')
  return { kind: 'patch', reference: policy, operations: items.map((value) => ({ op: 'add', path, value })) }
}

/**
 * Allows DNS and nothing else: one more rule in the policy that is to blame, or a policy of its own beside a default
 * deny of the namespace and beside policies that a controller writes.
 */
export function allowDns(trouble: DnsTrouble, network: Network): Edit | undefined {
  const peer = serverPeer(trouble, network)
  const policy = network.policy
    .in(trouble.workload.namespace)
    .policies.find(({ reference }) => reference.name === trouble.policy.name)
  const object = policy?.object
  if (peer === undefined || policy === undefined || object?.kind !== 'NetworkPolicy') return undefined
  const rule = { to: [peer], ports: serverPorts(trouble, network) }
  if (isDefaultDeny(policy) || isControlled(object)) return createBeside(object, rule, network)
  return addRule(policy.reference, object, rule)
}

/** One more egress rule; the list is made where the policy has none. */
function addRule(reference: ObjectReference, { spec }: NetworkPolicy, rule: unknown): Edit {
  if ((spec.egress ?? []).length > 0) return addTo(reference, 'spec.egress', [rule])
  return { kind: 'patch', reference, operations: [{ op: 'add', path: '/spec/egress', value: [rule] }] }
}

/** Selects every pod of the namespace and allows nothing. */
function isDefaultDeny({ subject, rules }: Policy): boolean {
  return subject.pods.requirements.length === 0 && (rules.egress ?? []).length === 0
}

const isControlled = ({ metadata }: NetworkPolicy): boolean =>
  metadata.ownerReferences.some(({ controller }) => controller === true)

function createBeside({ metadata, spec }: NetworkPolicy, rule: unknown, network: Network): Edit {
  const namespace = metadata.namespace ?? ''
  const taken = new Set(network.policy.in(namespace).policies.map(({ reference }) => reference.name))
  const wanted = ['allow-dns', 'allow-dns-egress', `${metadata.name}-allow-dns`]
  const name = wanted.find((candidate) => !taken.has(candidate)) ?? `${metadata.name}-allow-dns-egress`
  const { apiVersion, kind } = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }
  return {
    kind: 'create',
    reference: { apiVersion, kind, namespace, name },
    object: {
      apiVersion,
      kind,
      metadata: { name, namespace },
      spec: { podSelector: selectorObject(spec.podSelector), policyTypes: ['Egress'], egress: [rule] },
    },
  }
}

function selectorObject(selector: NetworkPolicy['spec']['podSelector']): unknown {
  if (selector === undefined) return {}
  const { matchLabels, matchExpressions } = selector
  return {
    ...(Object.keys(matchLabels).length === 0 ? {} : { matchLabels }),
    ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
  }
}
