import { isExternalName, isHeadless } from '../../network/services/service-facts.ts'
import { clientKey, isRouted } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import { notApplicable, notChecked, passes } from '../path.ts'
import type { HopJudge } from '../way.ts'

/** Whether the Service has the port that is dialled. */
export const service: HopJudge = {
  kind: 'service',
  perEndpoint: false,
  judge({ connection, resolved: { destination } }) {
    if (destination.kind !== 'service')
      return { place: place.address(connection.host), verdict: notApplicable }
    const at = place.servicePort(destination.service, destination.port)
    // A headless Service resolves to its pods, and any port of theirs may be dialled.
    const hasNoProxy = isExternalName(destination.service) || isHeadless(destination.service)
    const asksForPort = connection.port !== undefined || typeof connection.target?.port === 'string'
    if (destination.port !== undefined || hasNoProxy || !asksForPort) return { place: at, verdict: passes }
    if (isRouted(connection.client)) return { place: at, verdict: notChecked }
    return {
      place: at,
      verdict: { outcome: 'fails', reason: 'port-not-on-service' },
      behind: [
        place.service(destination.service),
        place.name(clientKey(connection.client), connection.host),
        place.dial(clientKey(connection.client), connection.host, connection.port),
      ],
    }
  },
}
