import type { Ingress } from '../../../snapshot/kinds/ingress.ts'
import type { Controller } from '../controllers.ts'
import { isRegexUnderPlainType, nginxAnnotation, nginxPrefix } from './annotations.ts'

/** A field for which a controller leaves out the whole Ingress. */
export interface Refusal {
  readonly why: 'regex-under-plain-type' | 'snippet'
  readonly field: string
  readonly value: string
}

const snippets = ['server-snippet', 'configuration-snippet', 'auth-snippet'] as const

/**
 * Why a controller that runs leaves out an Ingress that is in the cluster. ingress-nginx itself refuses such objects when
 * they are applied, and serves those that are there all the same.
 */
export function refusalOf(ingress: Ingress, controller: Controller): Refusal | undefined {
  if (controller.dialect !== 'traefik-nginx') return undefined
  const option = (name: string): string | undefined =>
    controller.instance?.options.get(`providers.kubernetesingressnginx.${name}`)
  if (option('allowsnippetannotations') !== 'true')
    for (const name of snippets) {
      const value = nginxAnnotation(ingress, name)
      if (value !== undefined && value !== '')
        return { why: 'snippet', field: `metadata.annotations[${nginxPrefix}${name}]`, value }
    }
  return option('strictvalidatepathtype') === 'false' ? undefined : plainTypeRefusal(ingress)
}

/** The first path with the characters of a regular expression under pathType Prefix or Exact. */
function plainTypeRefusal({ spec }: Ingress): Refusal | undefined {
  for (const [r, rule] of spec.rules.entries())
    for (const [p, { path, pathType }] of rule.http.paths.entries())
      if (path !== undefined && isRegexUnderPlainType(path, pathType))
        return { why: 'regex-under-plain-type', field: `spec.rules[${r}].http.paths[${p}].path`, value: path }
  return undefined
}
