import type { Ingress } from '../../../snapshot/kinds/ingress.ts'

export const nginxPrefix = 'nginx.ingress.kubernetes.io/'

/** The value of one of ingress-nginx's annotations, by the name behind its prefix. */
export function nginxAnnotation({ metadata }: Ingress, name: string): string | undefined {
  return metadata.annotations[`${nginxPrefix}${name}`]
}

/** Go's strconv.ParseBool, as ingress-nginx reads truth values. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|t|T|true|TRUE|True)$/.test(value)
}

export function isCanary(ingress: Ingress): boolean {
  return isTrue(nginxAnnotation(ingress, 'canary'))
}

/** Whether ingress-nginx makes every path of the host a regular expression because of this Ingress. */
export function asksForRegex(ingress: Ingress, path: string): boolean {
  const target = nginxAnnotation(ingress, 'rewrite-target')
  return (
    isTrue(nginxAnnotation(ingress, 'use-regex')) ||
    (target !== undefined && target !== '' && target !== path)
  )
}

/** What ingress-nginx takes for a plain path where `strict-validate-path-type` is on (the default since 1.12). */
const plainPath = /^\/[a-z0-9._\-/]*$/i

/** Whether a path of type Prefix or Exact has characters that only a regular expression has. */
export function isRegexUnderPlainType(path: string | undefined, pathType: string | undefined): boolean {
  return path !== undefined && path !== '' && pathType !== 'ImplementationSpecific' && !plainPath.test(path)
}
