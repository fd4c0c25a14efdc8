import { memoTable } from '../inventory/memo.ts'
import type { Endpoint } from '../services/endpoint.ts'
import { isHeadless } from '../services/service-facts.ts'
import type { Connection, Destination } from '../traffic/connection.ts'
import { podAddresses } from '../workloads/pods.ts'
import type { Workloads } from '../workloads/workloads.ts'
import { lookOf } from './client-pods.ts'
import { type FlowParts, judge, namesAddresses } from './flow.ts'

const passing = memoTable<boolean>('flows.passing')

/**
 * Whether policies surely let a packet pass, in both directions and for every pod of the client. Nearly all packets do,
 * so that this is asked first, and once for all that are alike.
 *
 * @returns false also where it is not known, or has to be judged one by one
 */
export function surelyPasses(
  connection: Connection,
  destination: Destination,
  endpoint: Endpoint | undefined,
  parts: AlikeParts,
): boolean {
  const key = endpoint === undefined ? undefined : alikeKey(connection, endpoint, parts)
  if (key === undefined) return false
  return parts.inventory.memo.get(passing, key, () => {
    // The answer rests on the client's pods, wherever they were looked up.
    if (connection.client.kind === 'workload') parts.workloads.in(connection.client.workload.namespace)
    const judged = judge(connection, destination, endpoint, parts)
    return (
      judged.is === 'judged' &&
      judged.flows.every(
        ({ families }) => families.length > 0 && families.every(({ outcome }) => outcome === 'passes'),
      )
    )
  })
}

interface AlikeParts extends FlowParts {
  readonly workloads: Workloads
}

/**
 * A key that packets share whenever the policies cannot tell them apart: those of one workload to any pod of the same
 * look, on one port. A Service with ten alike pods is then judged once.
 *
 * @returns `undefined` for packets that have to be judged one by one: addresses, nodes or the pod itself may matter
 */
function alikeKey(
  { client, protocol }: Connection,
  { pod, service, targetPort }: Endpoint,
  parts: AlikeParts,
): string | undefined {
  if (client.kind !== 'workload' || pod === undefined || podAddresses(pod).length !== 1) return undefined
  const { workload } = client
  const hasOwnAnswer =
    isHeadless(service) ||
    workload.pods.some((own) => own === pod || own.spec.hostNetwork === true) ||
    workload.spec.hostNetwork === true ||
    pod.spec.hostNetwork === true ||
    // A hypothetical client may share the key of a workload.
    parts.workloads.get(workload.namespace, workload.key).items[0] !== workload ||
    namesAddresses(workload.namespace, 'egress', parts.policy) ||
    namesAddresses(pod.metadata.namespace ?? '', 'ingress', parts.policy)
  return hasOwnAnswer ? undefined : `${workload.key} ${targetPort}/${protocol} ${lookOf(pod)}`
}
