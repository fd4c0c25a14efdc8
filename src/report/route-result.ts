import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { RouteRequest } from '../network/routes/request.ts'
import type { Route } from '../network/routes/route.ts'
import { maskTyped } from '../snapshot/mask-text.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import type { PredictedReply, Prediction } from '../trace/prediction.ts'
import { problemResult, resultOf } from './result.ts'
import { serverText } from './route-words.ts'

/** One route of a map: its own prediction, of the controller that serves it. */
export interface MappedRoute {
  readonly route: Route
  readonly prediction: Prediction | undefined
}

/** The map of routes as the JSON form: a diagnosis with the routes beside. */
export function routeMapResult(diagnosis: Diagnosis, routes: readonly MappedRoute[]) {
  return { ...resultOf(diagnosis), routes: routes.map(mappedResult) }
}

/** One request as the JSON form. */
export function requestResult(
  request: RouteRequest,
  predictions: readonly Prediction[],
  diagnosis: Diagnosis,
  code: number | undefined,
) {
  return {
    ...resultOf(diagnosis),
    request: {
      method: request.method,
      scheme: request.scheme,
      host: request.host,
      port: request.port,
      path: request.path,
      serverName: request.serverName,
    },
    seen: code,
    answers: predictions.map(predictionResult),
    problems: diagnosis.problems.map(problemResult),
  }
}

function mappedResult({ route, prediction }: MappedRoute) {
  return {
    ...routeResult(route),
    backends: route.backends.map(({ namespace, service, port, weight }) => ({
      namespace,
      service,
      port,
      weight,
    })),
    answer: prediction === undefined ? undefined : predictionResult(prediction),
  }
}

const routeResult = ({ key, title, by, field, match }: Route) => ({
  key,
  title,
  object: reference(by),
  field,
  match,
})

const reference = ({ apiVersion, kind, namespace, name }: ObjectReference) => ({
  apiVersion,
  kind,
  namespace,
  name,
})

function predictionResult({ answer, replies, outcome }: Prediction) {
  const { serving, gateway, route } = answer
  const controller = serving.is === 'served' ? serving.controller : undefined
  return {
    outcome,
    servedBy: {
      is: serving.is,
      text: serverText(answer),
      product: controller?.product,
      version: controller?.version,
      knownBy: controller?.knownBy,
      workloads: controller?.workloads.map(({ reference: of }) => reference(of)),
    },
    gateway: gateway === undefined ? undefined : reference(gateway),
    route: route === undefined ? undefined : routeResult(route),
    replies: replies.map(replyResult),
  }
}

function replyResult({ share, reply, afterSeconds, hop, reason, proof, chosen, end }: PredictedReply) {
  const own = reply === undefined || reply === 'application' ? undefined : reply
  return {
    share,
    reaches: reply === 'application' ? ('application' as const) : undefined,
    code: own !== undefined && 'code' in own ? own.code : undefined,
    location: own !== undefined && 'code' in own ? own.location && maskTyped(own.location) : undefined,
    none: own !== undefined && 'none' in own ? own.none : undefined,
    afterSeconds,
    hop,
    reason,
    proof,
    at: end?.at === undefined ? undefined : { ref: reference(end.at.by), field: end.at.field },
    backend:
      chosen === undefined
        ? undefined
        : {
            namespace: chosen.backend.namespace,
            service: chosen.backend.service,
            port: chosen.backend.port,
            path: chosen.path,
          },
  }
}
