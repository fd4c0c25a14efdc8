import type { Ingress } from '../../../snapshot/kinds/ingress.ts'
import { nginxAnnotation } from './annotations.ts'

/** A Secret by its name. */
export interface SecretName {
  readonly namespace: string
  readonly name: string
}

/** The Secrets that an Ingress names: certificates, credentials and authorities of clients; each once. */
export function secretsOf(ingress: Ingress): readonly SecretName[] {
  const own = ingress.metadata.namespace ?? ''
  const written = [
    ...ingress.spec.tls.map(({ secretName }) => secretName),
    nginxAnnotation(ingress, 'auth-secret'),
    nginxAnnotation(ingress, 'auth-tls-secret'),
  ].filter((name) => name !== undefined && name !== '')
  return [...new Set(written)].flatMap((text = ''): readonly SecretName[] => {
    const [first = '', second, ...more] = text.split('/')
    if (more.length > 0 || second === '') return []
    return [second === undefined ? { namespace: own, name: first } : { namespace: first, name: second }]
  })
}
