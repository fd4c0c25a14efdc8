import { endpointName } from '../../network/services/endpoint.ts'
import { clientKey } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import { notChecked } from '../path.ts'
import type { HopJudge, Way } from '../way.ts'

/**
 * Hops that are on the way but are not judged: the resolver and policies until their models exist, and the listener,
 * which no API object shows. They are never taken as passed.
 */
export const dns: HopJudge = {
  kind: 'dns',
  perEndpoint: false,
  judge: ({ connection }) => ({
    place: place.name(clientKey(connection.client), 'dns'),
    verdict: notChecked,
  }),
}

export const egress: HopJudge = {
  kind: 'egress',
  perEndpoint: true,
  judge: ({ connection }) => ({ place: place.egress(clientKey(connection.client)), verdict: notChecked }),
}

export const ingress: HopJudge = {
  kind: 'ingress',
  perEndpoint: true,
  judge: (way) => ({ place: place.ingress(target(way)), verdict: notChecked }),
}

export const listener: HopJudge = {
  kind: 'listener',
  perEndpoint: true,
  judge: (way) => ({
    place: place.listener(
      way.endpoint?.service.metadata.namespace ?? '',
      target(way),
      way.endpoint?.targetPort ?? way.connection.port,
    ),
    verdict: notChecked,
  }),
}

const target = ({ endpoint, connection }: Way): string =>
  endpoint === undefined ? connection.host : endpointName(endpoint)
