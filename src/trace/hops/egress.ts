import type { HopJudge } from '../way.ts'
import { policyHop } from './policy-flow.ts'

/** Whether the policies of the client's namespace, and those of the cluster, let the packet out. */
export const egress: HopJudge = {
  kind: 'egress',
  perEndpoint: true,
  judge: (way, network) => policyHop(way, 'egress', network),
}
