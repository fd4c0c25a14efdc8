import type { Controller } from '../network/routes/controllers.ts'
import type { Reply, RouteAnswer } from '../network/routes/route.ts'
import { maskTyped } from '../snapshot/mask-text.ts'
import type { Reason } from '../trace/path.ts'
import type { PredictedReply } from '../trace/prediction.ts'
import { escapeText } from './escape.ts'

/** `404`, `308 to https://...`, `no answer (refused)`, `an answer of the application`. */
export function replyText(reply: PredictedReply['reply']): string {
  if (reply === undefined) return 'unknown'
  if (reply === 'application') return 'what the application answers'
  return ownReply(reply)
}

function ownReply(reply: Reply): string {
  if ('none' in reply) return `no answer (${reply.none})`
  return reply.location === undefined
    ? String(reply.code)
    : `${reply.code} to ${escapeText(maskTyped(reply.location))}`
}

/** Who makes the answers of a route: `traefik 3.7.13 (serving IngressClass nginx)`. */
export function serverText({ serving, gateway }: RouteAnswer): string {
  if (serving.is === 'unserved') return 'nobody'
  if (serving.is === 'unknown')
    return serving.controllerName === undefined
      ? 'a controller that is not known'
      : `a controller that is not known (${escapeText(serving.controllerName)})`
  const { controller } = serving
  const of = gateway === undefined ? classText(controller) : ` (Gateway ${escapeText(gateway.name)})`
  return `${productText(controller)}${of}`
}

function productText({ product, version, name }: Controller): string {
  const known = product === 'unknown' ? escapeText(name ?? 'an unknown controller') : product
  return version === undefined ? known : `${known} ${escapeText(version)}`
}

function classText({ class: of }: Controller): string {
  return of === undefined ? '' : ` (IngressClass ${escapeText(of.name)})`
}

const words: Readonly<Partial<Record<Reason, string>>> = {
  'no-class': 'the Ingress asks for no class, and nobody takes those',
  'class-not-found': 'its IngressClass does not exist',
  'no-controller': 'nothing that implements its class runs',
  'controller-not-ready': 'no pod of its controller is ready',
  'controller-unknown': 'what serves its class is not known',
  'refused-by-controller': 'the controller leaves the object out',
  'no-match': 'no rule takes this host and path',
  'no-listener': 'nothing listens on that port',
  'not-attached': 'no parent takes the route',
  authentication: 'credentials are asked for',
  'authentication-broken': 'the Secret with the credentials cannot be used',
  redirect: 'it redirects',
  'backend-service-missing': 'the backend Service does not exist',
  'backend-port-missing': 'the backend Service has no such port',
  'backend-kind': 'the backend is no Service',
  'backend-not-permitted': 'no ReferenceGrant permits the backend',
  'no-effective-backend': 'it has no backend that takes requests',
  certificate: 'the certificate cannot be used',
  'not-evaluated': 'a part of it is not evaluated here',
  'not-read': 'what decides was not read',
  'no-endpoints': 'the Service has no endpoints',
  'no-ready-endpoints': 'no endpoint of the Service is ready',
  'port-without-endpoints': 'no pod has the port of the Service',
  'no-local-endpoint': 'no endpoint on the node of the proxy',
  'egress-denied': 'policies do not let the proxy out',
  'ingress-denied': 'policies of the pods do not let the proxy in',
  'pod-gone': 'the endpoint names a pod that is gone',
  'pod-not-running': 'the pod has finished',
  'address-not-of-pod': 'the endpoint has an address that its pod no longer has',
}

/** Why, in a few words; empty where nothing is to be explained. */
export function reasonText(reason: Reason | undefined): string {
  return reason === undefined ? '' : (words[reason] ?? reason)
}

/** `504 after 180 s`, `404`. */
export function timedReply({ reply, afterSeconds }: PredictedReply): string {
  return afterSeconds === undefined ? replyText(reply) : `${replyText(reply)} after ${afterSeconds} s`
}
