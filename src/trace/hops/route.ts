import type { BackendFate, RouteReason } from '../../network/routes/route.ts'
import { isRouted } from '../../network/traffic/connection.ts'
import { type Place, place } from '../../network/traffic/place.ts'
import { notApplicable, notChecked, passes, type Reason, type Verdict } from '../path.ts'
import type { HopJudge } from '../way.ts'

/** Whether somebody serves the route that opens the connection, takes it, and finds the Service and port that it names. */
export const route: HopJudge = {
  kind: 'route',
  perEndpoint: false,
  judge({ connection: { client, host } }, network) {
    if (client.kind !== 'route' || !isRouted(client))
      return { place: place.address(host), verdict: notApplicable }
    const { backend } = client
    const fate = network.routes.fate(backend)
    return {
      place: place.routeBackend(backend.by, backend),
      behind: [place.route(backend.by), ...objectsBehind(fate)],
      verdict: fate.is === 'continues' ? passes : verdictOf(fate.end),
    }
  },
}

/** The object that ends the request, where it is not the route: a Gateway, or a ListenerSet. */
function objectsBehind(fate: BackendFate): readonly Place[] {
  return fate.is === 'ends' && fate.end.at !== undefined ? [place.object(fate.end.at.by)] : []
}

function verdictOf({
  reason,
  proof,
  gaps,
}: {
  readonly reason: RouteReason
  readonly proof: string
  readonly gaps: NonNullable<Verdict['gaps']>
}): Verdict {
  if (gaps.length > 0) return { outcome: 'unknown', reason: 'not-read', gaps }
  // What a proxy makes of another kind of backend is told of a request that is asked about; no rule judges it.
  if (proof === 'unknown' || reason === 'backend-kind') return notChecked
  return { outcome: 'fails', reason }
}

/** Faults of the route itself: what it names is known all the same. */
const ofTheRoute: ReadonlySet<Reason> = new Set<RouteReason>([
  'no-class',
  'class-not-found',
  'no-controller',
  'controller-not-ready',
  'refused-by-controller',
  'authentication-broken',
  'not-attached',
  'no-listener',
  'certificate',
  'no-match',
])

export function leadsOnBehind({ reason }: Verdict): boolean {
  return reason !== undefined && ofTheRoute.has(reason)
}
