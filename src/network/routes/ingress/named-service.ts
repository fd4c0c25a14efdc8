import type { Ingress, IngressBackend } from '../../../snapshot/kinds/ingress.ts'
import type { Serving } from '../controllers.ts'

const actionPrefix = 'alb.ingress.kubernetes.io/actions.'

/**
 * The Service that a backend of an Ingress leads to. None where it is no Service: another kind of object, or an action
 * of the AWS Load Balancer Controller, of which the Service's name is only the key of an annotation (its guide for Ingress
 * annotations, `actions.${action-name}`).
 */
export function namedService(
  { service }: IngressBackend,
  { metadata }: Ingress,
  serving: Serving,
): IngressBackend['service'] {
  if (service?.port.name !== 'use-annotation') return service
  const knows = serving.is !== 'served' || serving.controller.product === 'aws-load-balancer'
  const isAction = metadata.annotations[`${actionPrefix}${service.name}`] !== undefined
  return knows && isAction ? undefined : service
}
