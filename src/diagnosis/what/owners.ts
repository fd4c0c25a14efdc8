import { serviceCandidates } from '../../network/dns/names.ts'
import { type Address, inAnyRange, isLoopback, parseAddress } from '../../network/inventory/address.ts'
import { lastSeen } from '../../network/inventory/events.ts'
import { distinctGaps } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { podRangeOf } from '../../network/references/pod-ranges.ts'
import { isExternalName, isHeadless, portText } from '../../network/services/service-facts.ts'
import { isDeleting, isFinished } from '../../network/workloads/pods.ts'
import { nearest } from '../../rules/similar.ts'
import { listed, say, type Text, word } from '../../rules/text.ts'
import type { EndpointSlice } from '../../snapshot/kinds/endpoint-slice.ts'
import type { Event } from '../../snapshot/kinds/event.ts'
import { isKind, type KubeObject } from '../../snapshot/kinds/kinds.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { type Gap, type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import { servicesMeant, type WhatQuestion } from './targets.ts'

/** One thing that has an address or a name, had it, lists it, or could have it. */
export interface Owner {
  readonly kind:
    | 'pod'
    | 'former-pod'
    | 'service'
    | 'node'
    | 'endpoint-slice'
    | 'event'
    | 'ingress'
    | 'pod-range'
    | 'service-range'
    | 'special'
    | 'external'
    | 'nobody'
    | 'missing-service'
  /** Absent for ranges, and for what no object describes. */
  readonly reference?: ObjectReference | undefined
  readonly says: Text
}

export interface Ownership {
  readonly owners: readonly Owner[]
  /** What was not read and could be the owner. */
  readonly gaps: readonly Gap[]
}

/** Whose an address or a name is. */
export function ownersOf(question: WhatQuestion, network: Network): Ownership {
  return question.address === undefined ? ofName(question, network) : ofAddress(question, network)
}

function ofAddress({ host }: WhatQuestion, network: Network): Ownership {
  const address = parseAddress(host)
  const special = address && specialText(address, host)
  if (special !== undefined) return { owners: [{ kind: 'special', says: special }], gaps: [] }
  const read = network.inventory.byAddress(host)
  const direct = read.items.flatMap((item) => ownerFrom(item, host, network))
  const isOwned = direct.some(({ kind }) => kind === 'pod' || kind === 'service' || kind === 'node')
  const mentions = isOwned ? [] : eventsWith(host, network)
  if (isOwned) return { owners: direct, gaps: [] }
  return { owners: [...direct, ...rangeOwners(host, read.gaps, network), ...mentions], gaps: read.gaps }
}

function ownerFrom(item: KubeObject, address: string, network: Network): readonly Owner[] {
  const reference = referenceTo(item)
  if (isKind(item, 'Pod')) return [podOwner(item, network)]
  if (isKind(item, 'Node')) return [{ kind: 'node', reference, says: say`the address of ${reference}` }]
  if (isKind(item, 'Service'))
    return isHeadless(item) ? [] : [{ kind: 'service', reference, says: serviceText(item, address) }]
  if (isKind(item, 'EndpointSlice')) return sliceOwner(item, address, network)
  return []
}

function podOwner(pod: Pod, network: Network): Owner {
  const reference = referenceTo(pod)
  const workload = network.workloads.ofPod(pod)
  const of =
    workload === undefined || workload.reference.kind === 'Pod' ? word('') : say` of ${workload.reference}`
  const where = say`${reference}${of} in namespace ${pod.metadata.namespace ?? ''}`
  if (isFinished(pod)) return { kind: 'former-pod', reference, says: say`${where} had it, and has finished` }
  if (pod.spec.hostNetwork === true)
    return { kind: 'pod', reference, says: say`${where} shares it with its node, on whose network it runs` }
  const services = workload === undefined ? [] : network.services.selecting(workload).items
  const behind =
    services.length === 0
      ? say`, behind no Service`
      : say`, behind ${listed(services.slice(0, 3).map((service) => say`${referenceTo(service)}`))}`
  const leaving = isDeleting(pod) ? word(', and is being deleted') : word('')
  return { kind: 'pod', reference, says: say`${where}${behind}${leaving}` }
}

function serviceText(service: Service, address: string): Text {
  const reference = referenceTo(service)
  const { clusterIP, clusterIPs = [], externalIPs = [], ports } = service.spec
  const how = [clusterIP, ...clusterIPs].includes(address)
    ? 'the ClusterIP'
    : externalIPs.includes(address)
      ? 'an external IP'
      : 'the load balancer address'
  return say`${word(how)} of ${reference} in namespace ${service.metadata.namespace ?? ''}, ${portsText(ports)}`
}

function portsText(ports: Service['spec']['ports']): Text {
  return ports.length === 0
    ? word('without ports')
    : say`port${word(ports.length === 1 ? '' : 's')} ${listed(ports.slice(0, 5).map((port) => say`${portText(port)}`))}`
}

/** Slices follow their pods: only what no pod has any more, or what no pod ever had, is worth a line. */
function sliceOwner(slice: EndpointSlice, address: string, network: Network): readonly Owner[] {
  const { namespace = '' } = slice.metadata
  const endpoint = slice.endpoints.find(({ addresses }) => addresses.includes(address))
  const name = endpoint?.targetRef?.kind === 'Pod' ? endpoint.targetRef.name : undefined
  const [pod] = name === undefined ? [] : network.inventory.get('Pod', namespace, name).items
  if (pod?.status.podIPs.some(({ ip }) => ip === address) === true) return []
  const reference = referenceTo(slice)
  const service = slice.metadata.labels['kubernetes.io/service-name']
  const of = service === undefined ? word('') : say` of Service ${service}`
  const gone = name === undefined ? word('') : say`, for Pod ${name}`
  return [
    {
      kind: 'endpoint-slice',
      reference,
      says: say`listed in ${reference}${of} in namespace ${namespace}${gone}`,
    },
  ]
}

function rangeOwners(address: string, gaps: readonly Gap[], { inventory }: Network): readonly Owner[] {
  const range = podRangeOf(address, inventory)
  const nobody = word(gaps.length === 0 ? 'nobody has it' : 'nobody that could be read has it')
  if (range !== undefined) {
    const reference = { apiVersion: 'v1', kind: 'Node', name: range.node }
    return [
      {
        kind: 'pod-range',
        reference,
        says: say`${nobody}; it lies in the pod range ${range.cidr} of ${reference}: a pod had it`,
      },
    ]
  }
  const cidr = inventory
    .list('ServiceCIDR')
    .items.flatMap(({ spec }) => spec.cidrs)
    .find((item) => inAnyRange(address, [item]))
  if (cidr !== undefined)
    return [
      {
        kind: 'service-range',
        says: say`${nobody}; it lies in the Service range ${cidr}: a Service may have had it`,
      },
    ]
  return [
    {
      kind: gaps.length === 0 ? 'external' : 'nobody',
      says: word(
        gaps.length === 0
          ? 'an address outside of the cluster: no pod, Service or node has it'
          : 'no pod, Service or node that could be read has it',
      ),
    },
  ]
}

const mostEvents = 3

/** What components said about it, newest first: the last trace of who had it. */
function eventsWith(address: string, { inventory }: Network): readonly Owner[] {
  return inventory
    .list('Event')
    .items.filter(({ message = '' }) => isMentioned(message, address))
    .sort((a, b) => ((lastSeen(a) ?? '') < (lastSeen(b) ?? '') ? 1 : -1))
    .slice(0, mostEvents)
    .map((event): Owner => {
      const reference = aboutOf(event)
      return {
        kind: 'event',
        reference,
        says: say`mentioned in an event of ${reference}: ${shortened(event.message ?? '')}`,
      }
    })
}

function aboutOf({
  involvedObject: { kind = 'Pod', name = '', namespace },
  metadata,
}: Event): ObjectReference {
  return { apiVersion: 'v1', kind, namespace: namespace ?? metadata.namespace, name }
}

const shortened = (message: string): string => (message.length > 160 ? `${message.slice(0, 160)}…` : message)

/** Whether an address stands in a text, and not a longer one. */
function isMentioned(text: string, address: string): boolean {
  for (let at = text.indexOf(address); at !== -1; at = text.indexOf(address, at + 1)) {
    const before = text[at - 1] ?? ' '
    const after = text[at + address.length] ?? ' '
    if (!/[\w.]/.test(before) && !/[0-9a-fA-F]/.test(after)) return true
  }
  return false
}

function specialText(address: Address, host: string): Text | undefined {
  if (isLoopback(address)) return word('the pod or machine itself (loopback)')
  if (host === '169.254.169.254') return word('the metadata service of the cloud provider')
  const found = specials.find(({ range }) => inAnyRange(host, [range]))
  return found === undefined ? undefined : word(found.says)
}

const specials = [
  {
    range: '0.0.0.0/8',
    says: 'no address of anybody: "all addresses of this machine" for who listens, nothing to dial',
  },
  {
    range: '169.254.0.0/16',
    says: 'a link-local address: only the node that a pod runs on can answer there',
  },
  { range: '224.0.0.0/4', says: 'a multicast address' },
  { range: '192.0.2.0/24', says: 'an address for documentation: nobody has it' },
  { range: '198.51.100.0/24', says: 'an address for documentation: nobody has it' },
  { range: '203.0.113.0/24', says: 'an address for documentation: nobody has it' },
  {
    range: '::/128',
    says: 'no address of anybody: "all addresses of this machine" for who listens, nothing to dial',
  },
  { range: 'fe80::/10', says: 'a link-local address: only the node that a pod runs on can answer there' },
  { range: 'ff00::/8', says: 'a multicast address' },
  { range: '2001:db8::/32', says: 'an address for documentation: nobody has it' },
]

function ofName(question: WhatQuestion, network: Network): Ownership {
  const { host, namespaces } = question
  const { items, gaps } = servicesMeant(question, network)
  const ingresses = ingressesOf(host, network)
  const found = [...items.map(namedService), ...ingresses]
  if (found.length > 0) return { owners: found, gaps: [] }
  const missing = namespaces.flatMap((namespace) => missingName(host, namespace, gaps, network))
  return missing.length > 0
    ? { owners: missing, gaps: distinctGaps([gaps]) }
    : {
        owners: [
          { kind: 'external', says: word('a name of the outside: no Service and no Ingress is called so') },
        ],
        gaps,
      }
}

function namedService(service: Service): Owner {
  const reference = referenceTo(service)
  const { namespace = '' } = service.metadata
  const { clusterIP = '', externalName = '', ports } = service.spec
  const where = say`${reference} in namespace ${namespace}`
  const says = isExternalName(service)
    ? say`${where}, another name for ${externalName}`
    : isHeadless(service)
      ? say`${where}, headless: the addresses of its pods, ${portsText(ports)}`
      : say`${where}${clusterIP === '' ? word('') : say`, ClusterIP ${clusterIP}`}, ${portsText(ports)}`
  return { kind: 'service', reference, says }
}

function ingressesOf(host: string, { inventory }: Network): readonly Owner[] {
  return inventory.list('Ingress').items.flatMap((ingress): readonly Owner[] => {
    if (!ingress.spec.rules.some((rule) => rule.host?.toLowerCase() === host)) return []
    const reference = referenceTo(ingress)
    return [
      {
        kind: 'ingress',
        reference,
        says: say`a host of ${reference} in namespace ${ingress.metadata.namespace ?? ''}`,
      },
    ]
  })
}

/** What a name of the cluster would be, which nobody has. */
function missingName(
  host: string,
  namespace: string,
  gaps: readonly Gap[],
  { inventory }: Network,
): readonly Owner[] {
  const name = serviceCandidates(host, namespace)
  if (name === undefined) return []
  const isCluster =
    name.via !== 'namespaced' ||
    inventory.get('Namespace', '', name.namespace).items.length > 0 ||
    inventory.list('Service', name.namespace).items.length > 0
  if (!isCluster) return []
  const reference = { apiVersion: 'v1', kind: 'Service', namespace: name.namespace, name: name.service }
  const services = inventory.list('Service')
  const elsewhere = services.items.filter(({ metadata }) => metadata.name === name.service)
  const near = nearest(
    name.service,
    inventory.list('Service', name.namespace).items.map(({ metadata }) => metadata.name),
  )
  const hint =
    elsewhere.length > 0
      ? say`; there is one in namespace ${listed(elsewhere.slice(0, 3).map(({ metadata }) => say`${metadata.namespace ?? ''}`))}`
      : near.length > 0
        ? say`; did you mean ${near[0] ?? ''}?`
        : word('')
  const is = word(gaps.length === 0 ? 'does not exist' : 'is not among what could be read')
  return [
    {
      kind: 'missing-service',
      reference,
      says: say`${reference} ${is} in namespace ${name.namespace}${hint}`,
    },
  ]
}
