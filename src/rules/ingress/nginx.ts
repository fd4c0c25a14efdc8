import type { Network } from '../../network/network.ts'
import type { Controller } from '../../network/routes/controllers.ts'
import type { Ingress } from '../../snapshot/kinds/ingress.ts'
import type { Severity } from '../finding.ts'

/** A controller that reads ingress-nginx's annotations, or the lack of one that was meant to. */
export interface NginxReader {
  /** Absent where nobody serves the Ingress, and its class is ingress-nginx's by name. */
  readonly controller?: Controller | undefined
  /** What is wrong with an annotation nobody reads is no more than a note. */
  readonly atMost?: 'note' | undefined
}

/**
 * Who reads the annotations under `nginx.ingress.kubernetes.io/` of an Ingress: ingress-nginx itself, or Traefik's provider
 * for its Ingresses.
 *
 * @returns nothing where another controller serves it, or nobody knows which
 */
export function nginxReader(ingress: Ingress, network: Network): NginxReader | undefined {
  const serving = network.routes.controllers.forIngress(ingress)
  if (serving.is === 'served') {
    const { dialect } = serving.controller
    return dialect === 'ingress-nginx' || dialect === 'traefik-nginx'
      ? { controller: serving.controller }
      : undefined
  }
  const isMeant = serving.className === 'nginx' || serving.controllerName === 'k8s.io/ingress-nginx'
  return serving.is === 'unserved' && isMeant ? { atMost: 'note' } : undefined
}

/** A severity, but no more than a note where nobody reads the annotation. */
export function severityFor({ atMost }: NginxReader, severity: Severity): Severity {
  return atMost ?? severity
}

/** How the reader is called in a sentence. */
export function readerName({ controller }: NginxReader): string {
  return controller?.product === 'traefik' ? 'Traefik' : 'ingress-nginx'
}
