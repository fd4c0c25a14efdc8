import type { Network } from '../../network/network.ts'
import type { Dial } from '../../network/references/dial.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import type { Resolved } from '../../network/traffic/destination.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { listed, say } from '../text.ts'
import { nameFor, type Substitute } from './instead.ts'
import { mend } from './retarget.ts'

/** Annotations by which a pod asks its CNI for one certain address. */
const pinning = ['cni.projectcalico.org/ipAddrs', 'cni.projectcalico.org/ipAddrsNoIpam']

/** The annotation by which a pod keeps its address over restarts. */
export function pinOf(pod: Pod): string | undefined {
  return pinning.find((key) => pod.metadata.annotations[key] !== undefined)
}

/** The pod that a connection is dialled to by its address; not one on the host network, nor one of the client itself. */
export function podDialled(
  { client }: Connection,
  { destination }: Resolved,
  network: Network,
): { readonly pod: Pod; readonly workload: Workload } | undefined {
  if (client.kind !== 'workload' || destination.kind !== 'pod') return undefined
  const { workload } = client
  const [pod] = network.inventory.get('Pod', destination.namespace, destination.name).items
  if (pod === undefined || pod.spec.hostNetwork === true) return undefined
  return network.workloads.ofPod(pod)?.key === workload.key ? undefined : { pod, workload }
}

/** How to dial the Service in front of a pod instead of the pod. */
export function dialService(
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
