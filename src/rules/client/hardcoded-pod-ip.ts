import type { Network } from '../../network/network.ts'
import type { Dial } from '../../network/references/dial.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { addressText, clientOf, dialEvidence, severityFor, whereWritten } from './dialled.ts'
import { nameFor, type Substitute, servicesOfPod } from './instead.ts'
import { mend } from './retarget.ts'

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
      ...mended(dials, substitutes, workload, pod),
    }
  },
})

function isOwn(pod: Pod, workload: Workload, network: Network): boolean {
  return network.workloads.ofPod(pod)?.key === workload.key
}

function mended(
  dials: readonly Dial[],
  substitutes: readonly Substitute[],
  workload: Workload,
  pod: Pod,
): Pick<FindingDraft, 'fix' | 'advice'> {
  const [only, second] = substitutes
  if (only === undefined) {
    return {
      advice: [say`no Service leads to ${referenceTo(pod)} on that port: create one, and dial its name`],
    }
  }
  if (second === undefined) return mend(dials, nameFor(only, workload), only.port)
  const services = substitutes.map(({ service }) => say`${referenceTo(service)}`)
  return { advice: [say`dial one of the Services in front of it instead: ${listed(services)}`] }
}
