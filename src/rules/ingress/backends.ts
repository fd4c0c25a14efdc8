import type { Network } from '../../network/network.ts'
import type { Controller, Serving } from '../../network/routes/controllers.ts'
import type { Location } from '../../network/routes/ingress/locations.ts'
import { ingressReply, type Stop } from '../../network/routes/replies.ts'
import type { RouteBackend } from '../../network/routes/route.ts'
import type { Ingress } from '../../snapshot/kinds/ingress.ts'
import { say, type Text } from '../text.ts'

/** A backend of an Ingress that is a Service, with its path. */
export interface NamedBackend {
  readonly location: Location
  readonly backend: RouteBackend
}

/** The Services that an Ingress names, each Service and port once, the first path that names it with it. */
export function backendsOf(ingress: Ingress, network: Network): readonly NamedBackend[] {
  const all = locationsOf(ingress, network).flatMap((location) =>
    location.route.backends.map((backend) => ({ location, backend })),
  )
  return [
    ...new Map(
      all.toReversed().map((item) => [`${item.backend.service}:${item.backend.port}`, item]),
    ).values(),
  ].toReversed()
}

/** The paths of an Ingress. */
export function locationsOf(ingress: Ingress, network: Network): readonly Location[] {
  return network.routes.ingress
    .locations(ingress.metadata.namespace ?? '')
    .items.filter((location) => location.ingress === ingress)
}

export function controllerOf(serving: Serving): Controller | undefined {
  return serving.is === 'served' ? serving.controller : undefined
}

/** `clients get 503 from Traefik`: what a stop looks like from outside, as far as it is known. */
export function clientsGet(stop: Stop, serving: Serving): Text {
  const controller = controllerOf(serving)
  const { reply } = ingressReply(stop, controller)
  const code = 'code' in reply ? String(reply.code) : 'no answer'
  return say`clients get ${code} from ${productWords(controller)}`
}

/** How a controller is called in a sentence. */
export function productWords(controller: Controller | undefined): string {
  if (controller === undefined) return 'the controller'
  if (controller.product === 'traefik') return 'Traefik'
  return controller.product === 'unknown' ? 'the controller' : controller.product
}
