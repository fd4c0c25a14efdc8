import { clientKey, isRouted } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import { notApplicable, notChecked, passes } from '../path.ts'
import type { HopJudge } from '../way.ts'

/** Whether the name that the client uses is the name of anything here. Addresses and named objects have no name to resolve. */
export const name: HopJudge = {
  kind: 'name',
  perEndpoint: false,
  judge({ connection, resolved }) {
    const at = place.name(clientKey(connection.client), connection.host)
    if (connection.address !== undefined) return { place: at, verdict: notApplicable }
    const { destination, gaps } = resolved
    if (destination.kind !== 'missing-service')
      return { place: at, verdict: connection.target === undefined ? passes : notApplicable }
    if (gaps.length > 0) return { place: at, verdict: { outcome: 'unknown', reason: 'not-read', gaps } }
    if (isRouted(connection.client)) return { place: at, verdict: notChecked }
    const reason = destination.elsewhere.length > 0 ? 'service-in-other-namespace' : 'no-such-service'
    const symptom = connection.target === undefined ? 'nxdomain' : undefined
    return { place: at, verdict: { outcome: 'fails', reason, symptom } }
  },
}
