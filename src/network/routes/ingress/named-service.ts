import type { Ingress, IngressBackend } from '../../../snapshot/kinds/ingress.ts'
import type { Serving } from '../controllers.ts'
import { isCanary, nginxAnnotation } from './annotations.ts'

const actionPrefix = 'alb.ingress.kubernetes.io/actions.'

/**
 * The Service that a backend of an Ingress leads to. None where it is no Service: another kind of object, or an action
 * of the AWS Load Balancer Controller, of which the Service's name is only the key of an annotation (its guide for Ingress
 * annotations, `actions.${action-name}`). None either where ingress-nginx redirects every request before any backend.
 */
export function namedService(
  { service }: IngressBackend,
  ingress: Ingress,
  serving: Serving,
): IngressBackend['service'] {
  if (service === undefined || redirectsAll(ingress, serving)) return undefined
  if (service.port.name !== 'use-annotation') return service
  const knows = serving.is !== 'served' || serving.controller.product === 'aws-load-balancer'
  const isAction = ingress.metadata.annotations[`${actionPrefix}${service.name}`] !== undefined
  return knows && isAction ? undefined : service
}

/**
 * Whether ingress-nginx answers all requests of an Ingress with a redirect; it ignores the annotation where the value is no
 * http or https URL. A canary has no redirect of its own: its backends join the main one's. Source: ingress-nginx 1.12,
 * internal/ingress/annotations/redirect, and `return` in location blocks of nginx.tmpl.
 */
function redirectsAll(ingress: Ingress, serving: Serving): boolean {
  if (serving.is !== 'served' || serving.controller.dialect !== 'ingress-nginx') return false
  if (isCanary(ingress)) return false
  const to = nginxAnnotation(ingress, 'temporal-redirect') || nginxAnnotation(ingress, 'permanent-redirect')
  return /^https?:/i.test(to ?? '')
}
