import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { addressText, clientOf, dialEvidence, severityFor, whereWritten } from './dialled.ts'
import { nameFor, servicesOfPod } from './instead.ts'
import { retarget } from './retarget.ts'

/** Annotations by which a pod asks its CNI for one certain address. */
const pinning = ['cni.projectcalico.org/ipAddrs', 'cni.projectcalico.org/ipAddrsNoIpam']

export default defineRule({
  id: 'client/hardcoded-pod-ip',
  title: 'Address of a pod written into a workload',
  subject: 'Connection',
  severity: 'error',
  docs: {
    means: 'It works until that pod is replaced: then the address belongs to nobody, or to another pod.',
    why: 'Somebody wrote down the address of a pod, often because a name did not resolve.',
    proof: 'An address in env values, args or command of the template is in `status.podIPs` of another pod.',
    fix: 'Dial the Service that selects the pod.',
    falseAlarmWhen:
      'Addresses of nodes and of pods on the host network, of the workload itself, and those that come by fieldRef: then ' +
      'it is silent. An address that the pod is pinned to by its CNI is a warning.',
  },
  check({ connection, resolved: { destination } }, network) {
    const workload = clientOf(connection)
    const dials = connection.dials.filter(({ source }) => source.kind !== 'config-map')
    if (workload === undefined || destination.kind !== 'pod' || dials.length === 0) return undefined
    const pod = network.inventory.get('Pod', destination.namespace, destination.name).items[0]
    if (pod === undefined || pod.spec.hostNetwork === true || isOwn(pod, workload, network)) return undefined
    const pin = pinning.find((key) => pod.metadata.annotations[key] !== undefined)
    const substitutes = servicesOfPod(pod, connection.port, network)
    const [only] = substitutes
    const edits =
      only === undefined || substitutes.length > 1
        ? undefined
        : retarget(dials, nameFor(only, workload), only.port)
    const reference = referenceTo(pod)
    const address = addressText(connection)
    return {
      proof: 'proven',
      severity: severityFor(workload, pin === undefined ? 'error' : 'warning'),
      place: place.name(workload.key, connection.host),
      summary: say`${workload.reference} dials ${address} (${whereWritten(dials)}): the address of ${reference}, which it loses at its next restart`,
      detail:
        pin === undefined
          ? undefined
          : say`The annotation ${pin} keeps the address for the pod, until somebody takes it away.`,
      evidence: [...dialEvidence(dials), { reference, field: 'status.podIPs', value: connection.host }],
      fix: edits === undefined ? undefined : { edits },
      advice:
        edits !== undefined
          ? undefined
          : substitutes.length > 1
            ? [
                say`dial one of the Services in front of it instead: ${listed(substitutes.map(({ service }) => say`${referenceTo(service)}`))}`,
              ]
            : [say`no Service leads to ${reference} on that port: create one, and dial its name`],
    }
  },
})

function isOwn(pod: Pod, workload: Workload, network: Network): boolean {
  return network.workloads.ofPod(pod)?.key === workload.key
}
