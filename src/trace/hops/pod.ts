import type { Network } from '../../network/network.ts'
import { isCurrentAddress } from '../../network/services/services.ts'
import { clientKey } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import { isFinished } from '../../network/workloads/pods.ts'
import { notApplicable, notChecked, passes } from '../path.ts'
import type { HopJudge, Judgement, Way } from '../way.ts'

/** Whether the pod that the packet is sent to exists, runs and has that address. */
export const pod: HopJudge = {
  kind: 'pod',
  perEndpoint: true,
  isSameForClients: true,
  judge: (way, network) => (way.endpoint === undefined ? direct(way) : behindService(way, network)),
}

function direct({ connection, resolved: { destination, gaps } }: Way): Judgement {
  const at = place.address(connection.host)
  const behind = [place.name(clientKey(connection.client), connection.host)]
  switch (destination.kind) {
    case 'pod':
      return { place: at, verdict: passes }
    case 'unowned':
      if (gaps.length > 0)
        return { place: at, behind, verdict: { outcome: 'unknown', reason: 'not-read', gaps } }
      // Measured: a pod address that nobody has answers "no route to host" after 3 s; an unallocated Service
      // address depends on the proxy mode.
      return {
        place: at,
        behind,
        verdict: {
          outcome: 'fails',
          reason: 'address-unowned',
          symptom: destination.range === 'pod' ? 'unreachable' : undefined,
        },
      }
    default:
      return { place: at, verdict: notApplicable }
  }
}

function behindService({ endpoint }: Way, network: Network): Judgement {
  if (endpoint === undefined) return { place: place.address(''), verdict: notApplicable }
  const at = place.endpoint(endpoint)
  const namespace = endpoint.service.metadata.namespace ?? ''
  if (endpoint.podName === undefined)
    return { place: at, verdict: endpoint.pod === undefined ? notChecked : passes }
  const behind = [place.pod(namespace, endpoint.podName)]
  if (endpoint.pod === undefined) {
    const gaps = network.inventory.gaps('Pod', namespace)
    if (gaps.length > 0)
      return { place: at, behind, verdict: { outcome: 'unknown', reason: 'not-read', gaps } }
    return { place: at, behind, verdict: { outcome: 'fails', reason: 'pod-gone', symptom: 'unreachable' } }
  }
  if (isFinished(endpoint.pod))
    return { place: at, behind, verdict: { outcome: 'fails', reason: 'pod-not-running' } }
  if (endpoint.address !== '' && !isCurrentAddress(endpoint)) {
    return {
      place: at,
      behind,
      verdict: { outcome: 'fails', reason: 'address-not-of-pod', symptom: 'unreachable' },
    }
  }
  return { place: at, behind, verdict: passes }
}
