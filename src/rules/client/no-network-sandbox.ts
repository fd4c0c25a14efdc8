import { eventsAbout } from '../../network/inventory/events.ts'
import { place } from '../../network/traffic/place.ts'
import { condition, isDeleting, podAddresses } from '../../network/workloads/pods.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { counted, say } from '../text.ts'

/** Making the network of a pod takes seconds; longer, and something is wrong. */
const settledMs = 120_000

export default defineRule({
  id: 'client/no-network-sandbox',
  title: 'Pod that gets no network',
  subject: 'Client',
  severity: 'error',
  explains: ['no-endpoints', 'no-ready-endpoints'],
  over: ['endpoint/all-not-ready', 'endpoint/some-not-ready'],
  docs: {
    means: 'The pod stays in ContainerCreating: it has no address, so it neither calls nor answers.',
    why: 'The network plugin on its node fails: not running, not configured, or out of addresses.',
    proof:
      'The pod is Pending for more than 2 minutes without an address, its condition PodReadyToStartContainers is False, and ' +
      'an event FailedCreatePodSandBox says why.',
    fix: 'Mend the network plugin on that node; the message of the event names what it lacks.',
    falseAlarmWhen:
      'Pods younger than 2 minutes, and those that have an address and wait for an image or a volume: then it is silent.',
  },
  check(workload, network) {
    const { inventory } = network
    const stuck = workload.pods.flatMap((pod) => {
      const { status, metadata } = pod
      const age = inventory.ageMs(status.startTime ?? metadata.creationTimestamp)
      if (status.phase !== 'Pending' || isDeleting(pod) || podAddresses(pod).length > 0) return []
      if (age === undefined || age < settledMs) return []
      if (condition(pod, 'PodReadyToStartContainers')?.status !== 'False') return []
      const event = eventsAbout(pod, inventory).items.find(
        ({ reason }) => reason === 'FailedCreatePodSandBox',
      )
      return event === undefined ? [] : [{ pod, event }]
    })
    const [first] = stuck
    if (first === undefined) return undefined
    const { pod, event } = first
    const reference = referenceTo(pod)
    const node = pod.spec.nodeName
    return {
      proof: 'proven',
      place: place.pods(workload),
      alsoAt: stuck.map((item) => place.pod(item.pod.metadata.namespace ?? '', item.pod.metadata.name)),
      summary: say`${counted(stuck.length, 'pod')} of ${workload.reference} ${stuck.length === 1 ? say`gets` : say`get`} no network: ${reference}${node === undefined ? [] : say` on node ${node}`} has no address`,
      detail: say`The kubelet says: ${event.message ?? ''}`,
      evidence: [
        { reference, field: 'status.podIP', value: undefined },
        { reference: referenceTo(event), field: 'message', value: event.message },
      ],
      advice:
        node === undefined
          ? [say`kubectl -n ${pod.metadata.namespace ?? ''} describe pod ${pod.metadata.name}`]
          : [
              say`see the network plugin there: kubectl get pods -A -o wide --field-selector spec.nodeName=${node}`,
            ],
    }
  },
})
