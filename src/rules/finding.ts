import type { Edit } from '../network/edit.ts'
import type { Place } from '../network/traffic/place.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import type { Text } from './text.ts'

/** error: traffic fails now; warning: it fails for some or at the next change; note: worth knowing. */
export type Severity = 'error' | 'warning' | 'note'

/** proven: the API objects alone prove it; likely: they strongly suggest it; observed: a live check saw it. */
export type Proof = 'proven' | 'likely' | 'observed'

/** A field that a finding was derived from, and what stood there. */
export interface Evidence {
  readonly reference: ObjectReference
  /** Path in the object, such as `spec.selector.app`. */
  readonly field: string
  /** As read; `undefined` when the point is that nothing stands there. */
  readonly value: string | number | boolean | undefined
  /** The line of a text of several lines in which it stands, from 1. */
  readonly line?: number | undefined
}

/** A way to mend it that can be tried on a copy of the cluster. */
export interface Fix {
  readonly edits: readonly Edit[]
  /** One sentence: what the edit does, or what must be decided first. */
  readonly note?: Text | undefined
}

/** What a rule says about one subject. */
export interface FindingDraft {
  readonly proof: Exclude<Proof, 'observed'>
  /** Instead of the rule's own severity. */
  readonly severity?: Severity | undefined
  /** The object that is wrong; the rule's subject when absent. */
  readonly about?: ObjectReference | undefined
  /** Where on the way it lies. */
  readonly place: Place
  /** More places that the same fault breaks. */
  readonly alsoAt?: readonly Place[] | undefined
  /** The first line: what is wrong, in plain words, with the value seen and the value wanted. */
  readonly summary: Text
  /** One or two more sentences: how it comes about, what it means. */
  readonly detail?: Text | undefined
  readonly evidence: readonly Evidence[]
  readonly fix?: Fix | undefined
  /** What to do where no edit can be tried: advice, with commands that can be pasted. */
  readonly advice?: readonly Text[] | undefined
  /** How many of how many choices fail through it. */
  readonly share?: { readonly failing: number; readonly of: number } | undefined
  /** How to confirm a likely finding. */
  readonly confirm?: Text | undefined
  /** Containers whose last words explain the fault: `--logs` reads them. */
  readonly logs?:
    | readonly { readonly namespace: string; readonly pod: string; readonly container: string }[]
    | undefined
}

/** A finding after the guards common to all rules. */
export interface Finding extends FindingDraft {
  /** Rule, subject and place, without counts and times: what a baseline stores. */
  readonly key: string
  readonly rule: string
  readonly severity: Severity
  readonly about: ObjectReference
  /** What the rule was asked about; what is wrong may be another object. */
  readonly subject: ObjectReference
  readonly places: readonly Place[]
  /** Set when it rests on absence among files that are not the whole cluster. */
  readonly open: boolean
}
