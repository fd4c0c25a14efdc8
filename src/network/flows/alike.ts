import type { Endpoint } from '../services/endpoint.ts'
import { isHeadless } from '../services/service-facts.ts'
import type { Connection } from '../traffic/connection.ts'
import { podAddresses } from '../workloads/pods.ts'
import type { Workloads } from '../workloads/workloads.ts'
import { lookOf } from './client-pods.ts'
import { type FlowParts, namesAddresses } from './flow.ts'

/**
 * A key that packets share whenever the policies cannot tell them apart: those of one workload to any pod of the same
 * look, on one port. A Service with ten alike pods is then judged once.
 *
 * @returns `undefined` for packets that have to be judged one by one: addresses, nodes or the pod itself may matter
 */
export function alikeKey(
  { client, protocol }: Connection,
  { pod, service, targetPort }: Endpoint,
  parts: FlowParts & { readonly workloads: Workloads },
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
