import { type KindName, kinds } from '../../src/snapshot/kinds/kinds.ts'
import type { Coverage, Snapshot } from '../../src/snapshot/snapshot.ts'

/** One list that is forbidden: of a kind in one namespace, or in all of them. */
export interface Forbidden {
  readonly kind: KindName
  readonly namespace?: string | undefined
}

/** The namespaces of all objects of a snapshot. */
export function namespacesOf({ objects }: Snapshot): readonly string[] {
  return [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))].sort()
}

function coverageWithout(snapshot: Snapshot, { kind, namespace }: Forbidden): Coverage {
  const { coverage } = snapshot
  const { [kind]: read, ...rest } = coverage.kinds
  const permission = `list ${kinds[kind].plural}${namespace === undefined ? '' : ` in namespace ${namespace}`}`
  const gaps = [...coverage.gaps, { kind, namespace, why: 'forbidden' as const, permission }]
  const notServed = coverage.notServed.filter((other) => other !== kind)
  if (namespace === undefined || read === undefined) return { ...coverage, notServed, kinds: rest, gaps }
  const whole = read.namespaces === 'all' ? namespacesOf(snapshot) : read.namespaces
  const namespaces = whole.filter((other) => other !== namespace)
  return { ...coverage, notServed, gaps, kinds: { ...rest, [kind]: { ...read, namespaces } } }
}

/** The snapshot as it would be if that list were forbidden: its objects are gone, and a gap says so. */
export function without(snapshot: Snapshot, forbidden: Forbidden): Snapshot {
  const { kind, namespace } = forbidden
  return {
    ...snapshot,
    objects: snapshot.objects.filter(
      (object) =>
        object.kind !== kind || (namespace !== undefined && object.metadata.namespace !== namespace),
    ),
    coverage: coverageWithout(snapshot, forbidden),
  }
}
