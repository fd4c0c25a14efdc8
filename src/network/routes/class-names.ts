import type { Ingress } from '../../snapshot/kinds/ingress.ts'

/** Deprecated since Kubernetes 1.18, and still read by every controller. */
export const classAnnotation = 'kubernetes.io/ingress.class'

/** The name of the class that an Ingress asks for. The annotation counts only without the field. */
export function classNameOf({ spec, metadata }: Ingress): string | undefined {
  return spec.ingressClassName ?? metadata.annotations[classAnnotation]
}

/** Whether a controller has written an address into the status. */
export function isAdopted({ status }: Ingress): boolean {
  return status.loadBalancer.ingress.some(({ ip, hostname }) => ip !== undefined || hostname !== undefined)
}
