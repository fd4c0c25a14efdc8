import type { HopJudge } from '../way.ts'
import { policyHop } from './policy-flow.ts'

/** Whether the policies of the pod's namespace, and those of the cluster, let the packet in. */
export const ingress: HopJudge = {
  kind: 'ingress',
  perEndpoint: true,
  judge: (way, network) => policyHop(way, 'ingress', network),
}
