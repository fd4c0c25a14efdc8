import { definitionOf, type KindName, kindNames } from '../snapshot/kinds/kinds.ts'
import type { Depth } from '../snapshot/snapshot.ts'

/** What a question is about: everything, or these namespaces. */
export interface ReadRequest {
  readonly namespaces: 'all' | readonly string[]
}

/** One kind to read: where, how deep, and where instead when that is forbidden. */
export interface PlannedRead {
  readonly kind: KindName
  readonly namespaces: 'all' | readonly string[]
  readonly depth: Depth
  /** Namespaces to read one by one after a refusal at the cluster scope. */
  readonly instead: readonly string[]
}

/** Many, short-lived, and only ever said about objects that are reported: not worth reading everywhere. */
const onlyWhereAsked: ReadonlySet<KindName> = new Set<KindName>(['Event'])

/**
 * Which reads answer a question. A right verdict needs policies, namespaces and selectors of other namespaces too, so
 * every kind is tried in the whole cluster, whatever the question is about.
 */
export function planFor({ namespaces }: ReadRequest): readonly PlannedRead[] {
  const wanted = namespaces === 'all' ? [] : namespaces
  return kindNames.map((kind) => {
    const isNamespaced = definitionOf(kind).namespaced
    return {
      kind,
      namespaces: isNamespaced && onlyWhereAsked.has(kind) ? namespaces : 'all',
      depth: 'full',
      // A Namespace is read by its own name: `view` in one namespace permits that.
      instead: isNamespaced || kind === 'Namespace' ? wanted : [],
    }
  })
}
