import { place } from '../../network/traffic/place.ts'
import { notChecked } from '../path.ts'
import type { HopJudge } from '../way.ts'
import { pairKey, policyVerdict, sideVerdict } from './policy-flow.ts'

/** Whether the policies of the client's namespace, and those of the cluster, let the packet out. */
export const egress: HopJudge = {
  kind: 'egress',
  perEndpoint: true,
  judge(way, network) {
    const flow = policyVerdict(way, network)
    return {
      place: place.egress(...pairKey(way)),
      verdict: flow === undefined ? notChecked : sideVerdict(flow, 'egress'),
    }
  },
}
