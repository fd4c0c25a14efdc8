import type { KindName, KubeObject } from '../../snapshot/kinds/kinds.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import type { WatchFrom } from '../reader.ts'
import type { WatchStart } from './collection.ts'

/** Events come all the time, and change no verdict. */
const unwatched: ReadonlySet<KindName> = new Set<KindName>(['Event'])

/** Where each list of a snapshot goes on, with the objects that it gave. */
export function startsOf({ objects }: Snapshot, lists: readonly WatchFrom[]): readonly WatchStart[] {
  const byKind = Map.groupBy(objects, ({ kind }) => kind)
  const inNamespace = new Map<KindName, ReadonlyMap<string, readonly KubeObject[]>>()
  const of = (kind: KindName, namespace: string): readonly KubeObject[] => {
    const known =
      inNamespace.get(kind) ?? Map.groupBy(byKind.get(kind) ?? [], ({ metadata }) => metadata.namespace ?? '')
    inNamespace.set(kind, known)
    return known.get(namespace) ?? []
  }
  return lists
    .filter(({ target }) => !unwatched.has(target.kind))
    .map(({ target, revision }) => {
      const { kind, namespace } = target
      return {
        target,
        revision,
        objects: namespace === undefined ? (byKind.get(kind) ?? []) : of(kind, namespace),
      }
    })
}
