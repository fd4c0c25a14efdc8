import { endpointName } from '../../network/services/endpoint.ts'
import { place } from '../../network/traffic/place.ts'
import { notChecked } from '../path.ts'
import type { HopJudge, Way } from '../way.ts'

/** Whether anything listens on the pod's port. No object of the API shows it: never taken as passed. */
export const listener: HopJudge = {
  kind: 'listener',
  perEndpoint: true,
  isSameForClients: true,
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
