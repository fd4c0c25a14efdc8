import { eventsAbout, lastSeen } from '../../network/inventory/events.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { isDeleting, podAddresses } from '../../network/workloads/pods.ts'
import type { Event } from '../../snapshot/kinds/event.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { counted, say } from '../text.ts'
import { loadOf } from './node-load.ts'

/** What the common IPAM plugins say when their range is used up: host-local, AWS, Calico, Cilium, Azure. */
const exhausted =
  /no IP addresses available in (network|range)|failed to (assign|allocate) an? IP|no (more |available |free )+IP|range is full|IP(v4|v6)? (pool|address)(es)? .*exhausted|no more (free )?(IP )?addresses|InsufficientFreeAddresses|all IP addresses .*(in use|allocated)/i

export default defineRule({
  id: 'node/pod-ip-exhausted',
  title: 'Node without free pod addresses',
  subject: 'Node',
  severity: 'error',
  explains: ['no-endpoints', 'no-ready-endpoints'],
  over: [
    'client/no-network-sandbox',
    'service/backend-pods-not-created',
    'endpoint/backend-crashing',
    'endpoint/all-not-ready',
    'endpoint/some-not-ready',
  ],
  docs: {
    means: 'New pods on this node stay in ContainerCreating: there is no address left for them.',
    why: 'The pod range of the node or the subnet is too small, or addresses of dead pods were not given back.',
    proof:
      'A pod on the node has no address, and its newest FailedCreatePodSandBox event says that there is none.',
    fix: 'Give the node or the subnet a bigger range, run fewer pods there, or free leaked addresses.',
    falseAlarmWhen:
      'Silent when a pod on the node got an address after that event, and about pods of namespaces that are not asked ' +
      'about. A warning while other endpoints of the Services carry the load.',
  },
  check(node, network) {
    const { guests } = loadOf(node, network)
    const waiting = guests.filter((pod) => podAddresses(pod).length === 0 && !isDeleting(pod))
    const refused = waiting.flatMap((pod) => refusal(pod, guests, network) ?? [])
    const [first] = refused
    if (first === undefined) return undefined
    const { event, pod } = first
    const workloads = refused.flatMap((item) => network.workloads.ofPod(item.pod) ?? [])
    const services = workloads.flatMap((workload) => network.services.selecting(workload).items)
    const isCarried = services.every((service) =>
      network.services.endpoints(service).items.some(({ ready }) => ready),
    )
    const cidrs = node.spec.podCIDRs.join(', ')
    return {
      proof: 'proven',
      severity: isCarried ? 'warning' : 'error',
      place: place.node(node.metadata.name),
      alsoAt: [...new Set([...workloads.map(place.pods), ...services.map(place.service)])],
      summary: say`${referenceTo(node)} has no pod address left: ${counted(refused.length, 'pod')} cannot start, such as ${referenceTo(pod)}`,
      detail: say`The kubelet says: ${event.message ?? ''}.${cidrs === '' ? [] : say` The range of the node is ${cidrs}.`}`,
      evidence: [
        { reference: referenceTo(event), field: 'message', value: event.message },
        { reference: referenceTo(pod), field: 'status.podIP', value: undefined },
        { reference: referenceTo(node), field: 'spec.podCIDRs', value: cidrs === '' ? undefined : cidrs },
      ],
      advice: [say`kubectl get pods -A -o wide --field-selector spec.nodeName=${node.metadata.name}`],
    }
  },
})

interface Refusal {
  readonly pod: Pod
  readonly event: Event
}

/** The event that says there was no address, unless another pod on the node got one since. */
function refusal(pod: Pod, guests: readonly Pod[], network: Network): Refusal | undefined {
  const event = eventsOf(pod, network).find(({ reason }) => reason === 'FailedCreatePodSandBox')
  if (event === undefined || !exhausted.test(event.message ?? '')) return undefined
  const seenMs = network.inventory.ageMs(lastSeen(event))
  const isOutdated = guests.some((guest) => {
    const startedMs = network.inventory.ageMs(guest.status.startTime)
    return (
      podAddresses(guest).length > 0 && startedMs !== undefined && seenMs !== undefined && startedMs < seenMs
    )
  })
  return isOutdated ? undefined : { pod, event }
}

/** Of namespaces that are not asked about no events are read: their pods tell when somebody asks about them. */
function eventsOf(pod: Pod, network: Network): readonly Event[] {
  const read = eventsAbout(pod, network.inventory)
  return read.gaps.every(({ why }) => why === 'not-asked') ? read.items : whole(read)
}
