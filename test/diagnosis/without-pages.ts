import { type KindName, kinds } from '../../src/snapshot/kinds/kinds.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'

/** A list that broke off: of a kind, after so many of its objects. */
export interface BrokenOff {
  readonly kind: KindName
  readonly after: number
}

/** The snapshot as the reader gives it when that list broke off: later objects are gone, and a gap says so. */
export function withoutPages(snapshot: Snapshot, { kind, after }: BrokenOff): Snapshot {
  const { coverage } = snapshot
  const { [kind]: _read, ...rest } = coverage.kinds
  let seen = 0
  return {
    ...snapshot,
    objects: snapshot.objects.filter((object) => object.kind !== kind || seen++ < after),
    coverage: {
      ...coverage,
      kinds: rest,
      notServed: coverage.notServed.filter((other) => other !== kind),
      gaps: [
        ...coverage.gaps,
        {
          kind,
          why: 'partial',
          detail: `the list of ${kinds[kind].plural} broke off after ${after} objects`,
        },
      ],
    },
  }
}
