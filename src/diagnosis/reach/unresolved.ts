import type { Network } from '../../network/network.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { keyOf } from '../../snapshot/snapshot.ts'
import type { FlowEnd } from '../flow/ends.ts'
import type { TargetPort } from '../flow/target-port.ts'
import { type NameResolution, nameResolution } from '../isolation/names.ts'

/** A client whose lookups policies deny: what it dials by name fails before any packet goes there. */
export interface Unresolved {
  readonly workload: Workload
  readonly names: NameResolution
}

const dnsPort = 53

/**
 * Whether policies keep a client from its nameservers, where that is not what was asked.
 *
 * @param ports what it dials; none for everything
 */
export function unresolvedBy(
  source: FlowEnd,
  ports: readonly TargetPort[],
  network: Network,
): Unresolved | undefined {
  if (source.kind !== 'pods' || isAboutDns(ports)) return undefined
  const [pod] = source.pods
  const workload =
    (pod === undefined ? undefined : network.workloads.ofPod(pod)) ??
    network.workloads.get(source.reference.namespace ?? '', keyOf(source.reference)).items[0]
  if (workload === undefined) return undefined
  const names = nameResolution(workload, network)
  return names.udp === 'fails' || names.udp === 'partly' ? { workload, names } : undefined
}

const isAboutDns = (ports: readonly TargetPort[]): boolean =>
  ports.length > 0 && ports.every(({ dialled }) => dialled === dnsPort)
