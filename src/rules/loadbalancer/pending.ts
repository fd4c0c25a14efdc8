import { lastSeen } from '../../network/inventory/events.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import type { Event } from '../../snapshot/kinds/event.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { lasting } from '../ages.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text, word } from '../text.ts'
import { hasAddress, isHandled, isLoadBalancer, loadBalancerEvents } from './facts.ts'

const assigningMs = 5 * 60_000

export default defineRule({
  id: 'loadbalancer/pending',
  title: 'Load balancer that gets no address',
  subject: 'Service',
  severity: 'error',
  docs: {
    means:
      'Nobody outside can reach the Service by its load balancer: there is none yet. Inside of the cluster it works.',
    why: 'A quota or the address pool is used up, a subnet or security group is missing, or no controller for load balancers runs.',
    proof:
      '`status.loadBalancer.ingress` is empty five minutes after the Service was made; the newest event of a load balancer controller says why.',
    fix: 'By the event. Where no controller runs at all: install one (MetalLB, the cloud’s), or use NodePort.',
    falseAlarmWhen:
      'A host name is an address, too. Younger than five minutes: silent. Where no Service of the cluster has ever got an ' +
      'address it is a warning, said once a namespace, because such a cluster may do without on purpose. A class of its own is ' +
      'told by loadbalancer/class-unclaimed.',
  },
  check(service, network) {
    if (!isPending(service, network)) return undefined
    const [event] = loadBalancerEvents(service, network).filter(({ type }) => type === 'Warning')
    if (event !== undefined || isHandled(service, network)) return stuck(service, event, network)
    const ofClass = handledClasses(network)
    const { loadBalancerClass } = service.spec
    if (loadBalancerClass !== undefined && !ofClass.has(loadBalancerClass)) return undefined
    return ofClass.size > 0 ? stuck(service, undefined, network) : withoutController(service, network)
  },
})

/** Manifests have no age, and so are never pending. */
function isPending(service: Service, network: Network): boolean {
  const age = network.inventory.ageMs(service.metadata.creationTimestamp)
  return isLoadBalancer(service) && !hasAddress(service) && age !== undefined && age >= assigningMs
}

/** The classes of which any Service got a load balancer in what was read of this cluster; '' stands for the default. */
function handledClasses(network: Network): ReadonlySet<string> {
  const handled = network.inventory
    .list('Service')
    .items.filter((service) => isLoadBalancer(service) && isHandled(service, network))
  return new Set(handled.map(({ spec }) => spec.loadBalancerClass ?? ''))
}

function stuck(service: Service, event: Event | undefined, network: Network): FindingDraft {
  const by = referenceTo(service)
  const age = network.inventory.ageMs(service.metadata.creationTimestamp) ?? 0
  return {
    proof: 'proven',
    place: place.object(by),
    summary: say`${by} has waited ${lasting(age)} for a load balancer address${event === undefined ? word('') : say`: ${event.reason ?? ''}`}`,
    detail:
      event?.message === undefined ? undefined : say`The load balancer controller says: ${event.message}`,
    evidence: [
      { reference: by, field: 'spec.type', value: service.spec.type },
      { reference: by, field: 'status.loadBalancer.ingress', value: undefined },
      ...(event === undefined
        ? []
        : [{ reference: by, field: `event ${event.reason ?? ''}`, value: lastSeen(event) }]),
    ],
    advice: [adviceFor(event), say`kubectl -n ${by.namespace ?? ''} describe service ${by.name}`],
  }
}

function adviceFor(event: Event | undefined): Text {
  const said = `${event?.reason ?? ''} ${event?.message ?? ''}`
  if (/quota|limit exceeded|LimitExceeded/i.test(said))
    return say`raise the quota, or remove load balancers that nobody needs`
  if (/subnet/i.test(said)) return say`tag or name the subnets that load balancers may use`
  if (/no available ips|pool|NoAvailableIP|AllocationFailed/i.test(said))
    return say`give the address pool more addresses, or free one`
  if (/denied|forbidden|unauthori[sz]ed|credentials/i.test(said))
    return say`give the load balancer controller the rights that it lacks`
  return say`look at the log of the load balancer controller`
}

/** Said by the first of a namespace for all of them. */
function withoutController(service: Service, network: Network): FindingDraft | undefined {
  const { namespace = '', name } = service.metadata
  const waiting = network.inventory
    .list('Service', namespace)
    .items.filter((item) => isPending(item, network))
  if (waiting[0]?.metadata.name !== name) return undefined
  const by = referenceTo(service)
  const others = waiting.length - 1
  return {
    proof: 'likely',
    severity: 'warning',
    place: place.object(by),
    summary: say`${by}${others === 0 ? word('') : word(` and ${others} more of its namespace`)} ask for a load balancer, and no Service of this cluster has ever got one: no controller for load balancers seems to run`,
    evidence: [
      { reference: by, field: 'spec.type', value: service.spec.type },
      { reference: by, field: 'status.loadBalancer.ingress', value: undefined },
    ],
    advice: [
      say`install a controller for load balancers (MetalLB, or the cloud’s own), or set type NodePort where ports of the nodes will do`,
    ],
  }
}
