import { objectAt } from '../change/changed-world.ts'
import type { Network } from '../network/network.ts'
import type { Finding } from '../rules/finding.ts'
import { isFollower } from '../snapshot/kinds/kind.ts'
import { keyOf, type ObjectReference } from '../snapshot/snapshot.ts'
import type { SpecChange } from './diagnosis.ts'

const most = 3

/**
 * The last spec changes of the objects that a finding speaks of, newest first, at most three. From managedFields:
 * writers of the status subresource, and the control plane's own controllers, are left out: they follow changes, they do
 * not make them.
 */
export function specChanges(finding: Finding, network: Network): readonly SpecChange[] {
  const references = new Map<string, ObjectReference>()
  for (const reference of [finding.about, ...finding.evidence.map((item) => item.reference)])
    references.set(keyOf(reference), reference)
  return [...references.values()]
    .flatMap((reference) => lastChange(reference, network) ?? [])
    .sort((a, b) => (a.time < b.time ? 1 : -1))
    .slice(0, most)
}

function lastChange(reference: ObjectReference, network: Network): SpecChange | undefined {
  const object = objectAt(reference, network)
  const writes = (object?.metadata.managedFields ?? []).filter(
    (entry) => entry.time !== undefined && !isFollower(entry),
  )
  const [last] = [...writes].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))
  return last?.time === undefined ? undefined : { reference, manager: last.manager, time: last.time }
}
