import type { RouteRequest } from '../request.ts'
import { nginxAnnotation } from './annotations.ts'
import type { Location } from './locations.ts'
import type { Table } from './tables.ts'

/** Whether a canary's location goes with a main one: same host, path and type, another Service. */
function isTwin(canary: Location, main: Location): boolean {
  const [own] = canary.route.backends
  const [other] = main.route.backends
  const isSame =
    own?.service === other?.service && own?.port === other?.port && own?.namespace === other?.namespace
  return (
    !main.isCanary &&
    !isSame &&
    canary.path === main.path &&
    (canary.pathType === 'Exact') === (main.pathType === 'Exact')
  )
}

/** The main location that a canary takes a share of; without one the controller drops the canary. */
export function mainOf(canary: Location, table: Table): Location | undefined {
  const needsNamespace = table.serving.is === 'served' && table.serving.controller.dialect === 'traefik-nginx'
  return table.hosts
    .get(canary.host ?? '')
    ?.find(
      (main) =>
        isTwin(canary, main) &&
        (!needsNamespace || main.ingress.metadata.namespace === canary.ingress.metadata.namespace),
    )
}

/** The canary of a main location: the oldest, because controllers take one for each path. */
export function canaryOf(main: Location, table: Table): Location | undefined {
  return table.hosts.get(main.host ?? '')?.find((item) => item.isCanary && mainOf(item, table) === main)
}

/** Of requests like this one, the share that a canary gets: all, none, or its weight. */
export function canaryShare({ ingress }: Location, { headers }: RouteRequest): number {
  const header = nginxAnnotation(ingress, 'canary-by-header')
  const written = header === undefined ? undefined : headers[header.toLowerCase()]
  if (written !== undefined) {
    const value = nginxAnnotation(ingress, 'canary-by-header-value')
    if (value !== undefined && value === written) return 1
    if (value === undefined && written === 'always') return 1
    if (value === undefined && written === 'never') return 0
  }
  const cookie = nginxAnnotation(ingress, 'canary-by-cookie')
  const cookies = (headers['cookie'] ?? '').split(/;\s*/)
  if (cookie !== undefined && cookies.includes(`${cookie}=always`)) return 1
  if (cookie !== undefined && cookies.includes(`${cookie}=never`)) return 0
  const total = Math.max(Number(nginxAnnotation(ingress, 'canary-weight-total') ?? 100) || 100, 1)
  const weight = Number(nginxAnnotation(ingress, 'canary-weight') ?? 0) || 0
  return Math.min(Math.max(weight / total, 0), 1)
}
