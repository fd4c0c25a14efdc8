import { definitionOf, type KindName, kindNames } from '../../src/snapshot/kinds/kinds.ts'
import type { ApiRequest } from './server.ts'

/** An object as the API writes it. */
export interface ApiObject {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

/** A collection that a request asks for, with the namespace if it names one. */
export interface Collection {
  readonly kind: KindName
  readonly namespace: string | undefined
}

/** The collection of a list request of a kind that we read; `undefined` for any other request. */
export function collectionOf({ path }: Pick<ApiRequest, 'path'>): Collection | undefined {
  const match =
    /^(?:\/api|\/apis\/(?<group>[^/]+))\/[^/]+(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[^/]+)$/.exec(
      path,
    )
  const { group = '', namespace, plural } = match?.groups ?? {}
  const kind = kindNames.find(
    (name) => definitionOf(name).plural === plural && definitionOf(name).group === group,
  )
  return kind === undefined ? undefined : { kind, namespace }
}

export function apiVersionOf(kind: KindName): string {
  const { group, versions } = definitionOf(kind)
  return group === '' ? 'v1' : `${group}/${versions[0]}`
}
