import type { Controller, Dialect } from '../controllers.ts'
import type { RouteRequest } from '../request.ts'
import type { ChosenBackend, RouteAnswer, RouteBackend, RouteEnd, RouteProof } from '../route.ts'
import type { RouteParts } from '../route-parts.ts'
import { nginxAnnotation } from './annotations.ts'
import { canaryOf, canaryShare } from './canary.ts'
import { ended, fateOf, unservedEnd, wholeIngressEnd } from './fate.ts'
import { filterEnd } from './filters.ts'
import type { Location } from './locations.ts'
import { isElementPrefix, matchLocation, wildcardOf } from './match.ts'
import { pathPattern, rewritten } from './regex.ts'
import type { Table } from './tables.ts'

/**
 * What one controller makes of a request. Ingresses that nobody serves answer only what they are meant for.
 *
 * @returns none or one
 */
export function answersOf(table: Table, request: RouteRequest, parts: RouteParts): readonly RouteAnswer[] {
  const { serving } = table
  if (serving.is === 'served') return [servedAnswer(table, serving.controller, request, parts)]
  const all = [...table.hosts.values()].flat()
  const [location] = all.filter((item) => !item.isCanary && isMeantFor(item, request))
  if (location === undefined) return []
  const end = unservedEnd(serving, location.ingress)
  return [{ serving, route: location.route, outcome: { is: 'ends', end } }]
}

function servedAnswer(
  table: Table,
  controller: Controller,
  request: RouteRequest,
  parts: RouteParts,
): RouteAnswer {
  const { serving } = table
  const found = matchLocation(table, request, controller.dialect)
  const ends = (end: RouteEnd, location?: Location): RouteAnswer => ({
    serving,
    route: location?.route,
    outcome: { is: 'ends', end },
  })
  if (found.is === 'none') {
    const refused = table.refused.find((item) => isMeantFor(item, request))
    const whole = refused && wholeIngressEnd(refused.ingress, controller, parts)
    return whole === undefined
      ? ends(ended('no-match', 'no-match', controller, 'match'))
      : ends(whole, refused)
  }
  const { location } = found
  if (found.is === 'unknown')
    return ends({ hop: 'match', reason: 'not-evaluated', proof: 'unknown', gaps: [] }, location)
  const end =
    wholeIngressEnd(location.ingress, controller, parts) ?? filterEnd(location, request, controller, parts)
  if (end !== undefined) return ends(end, location)
  const [backend] = location.route.backends
  if (backend === undefined)
    return ends({ hop: 'backend', reason: 'backend-kind', proof: 'unknown', gaps: [] }, location)
  const path = rewrite(location, request.path, controller.dialect)
  if (path === undefined) return ends(emptyTarget, location)
  const isExact = controller.dialect !== 'generic' && controller.knownBy === 'image'
  const proof: RouteProof = isExact ? 'proven' : 'likely'
  const backends = shares(location, backend, path, table, request, parts)
  return { serving, route: location.route, outcome: { is: 'continues', backends, proof } }
}

/** Whether the author of a path meant it for a request, whatever a controller makes of it. */
function isMeantFor({ host, path }: Location, request: RouteRequest): boolean {
  const isHost = host === undefined || host === request.host || host === wildcardOf(request.host)
  if (!isHost) return false
  return isElementPrefix(path, request.path) || pathPattern(path)?.match(request.path) !== undefined
}

/** The rewritten path is empty, or not a path any more: the proxy itself fails. */
const emptyTarget: RouteEnd = {
  hop: 'filter',
  reason: 'not-evaluated',
  reply: { code: 500 },
  proof: 'likely',
  gaps: [],
}

/** The path behind `rewrite-target`; `undefined` where nothing is left of it. */
function rewrite({ ingress, path }: Location, asked: string, dialect: Dialect): string | undefined {
  if (dialect !== 'ingress-nginx' && dialect !== 'traefik-nginx') return asked
  const target = nginxAnnotation(ingress, 'rewrite-target')?.trim()
  if (target === undefined || target === '' || target === path) return asked
  const groups = pathPattern(path)?.match(asked)
  if (groups === undefined) return asked
  // Traefik replaces what matches and keeps the rest; nginx takes the target for the whole path.
  const rest = dialect === 'ingress-nginx' ? '' : asked.slice(groups[0]?.length)
  return `${rewritten(groups, target)}${rest}` || undefined
}

function shares(
  main: Location,
  backend: RouteBackend,
  path: string,
  table: Table,
  request: RouteRequest,
  parts: RouteParts,
): readonly ChosenBackend[] {
  const whole = { backend, path, fate: fateOf(backend, main.ingress, parts) }
  const canary = canaryOf(main, table)
  const [other] = canary?.route.backends ?? []
  const knows = table.serving.is === 'served' && table.serving.controller.dialect !== 'traefik'
  if (canary === undefined || other === undefined || !knows) return [{ ...whole, share: 1 }]
  const share = isIgnored(canary, other, table, parts) ? 0 : canaryShare(canary, request)
  return [
    { ...whole, share: 1 - share },
    { backend: other, path, fate: fateOf(other, canary.ingress, parts), share },
  ].filter((item) => item.share > 0)
}

/** Traefik leaves out a canary without endpoints. */
function isIgnored(
  { ingress }: Location,
  backend: RouteBackend,
  { serving }: Table,
  parts: RouteParts,
): boolean {
  if (serving.is !== 'served' || serving.controller.dialect !== 'traefik-nginx') return false
  const fate = fateOf(backend, ingress, parts)
  if (fate.is === 'ends') return fate.end.gaps.length === 0
  const { service, port } = fate
  return port !== undefined && parts.services.choose(service, port, undefined).endpoints.length === 0
}
