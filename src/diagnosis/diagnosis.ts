import type { FlowChange } from '../change/flow-table.ts'
import type { ObjectOwner } from '../change/owner.ts'
import type { Edit } from '../network/edit.ts'
import type { Extent } from '../network/inventory/extent.ts'
import type { Finding, Severity } from '../rules/finding.ts'
import type { Text } from '../rules/text.ts'
import type { Gap, ObjectReference, ServerInfo } from '../snapshot/snapshot.ts'
import type { HopKind, Outcome, Path } from '../trace/path.ts'
import type { Question } from './question.ts'

/** What came of trying a fix on a copy of the cluster. */
export interface FixCheck {
  readonly outcome: 'works' | 'partly' | 'not-checkable'
  /** Why it cannot be told, or what is left. */
  readonly reason?: Text | undefined
  /** Keys of findings that vanish with it. */
  readonly resolves: readonly string[]
  /** Findings, errors and warnings, that it would bring. */
  readonly introduces: readonly Finding[]
  /** The ways that the problem broke: how each one goes afterwards. */
  readonly ways: readonly TriedWay[]
  /** What it would let through that is denied now; absent for edits that touch no policy. */
  readonly opens?: readonly FlowChange[] | undefined
}

/** A connection before a fix and after it. */
export interface TriedWay {
  readonly path: Path
  readonly after: Path
  /** The fault that it meets then. */
  readonly next?: Finding | undefined
}

/** A fix with what the tool adds to it. */
export interface OfferedFix {
  readonly edits: readonly Edit[]
  readonly note?: Text | undefined
  /** Absent when an object would be deleted for good. */
  readonly undo?: readonly Edit[] | undefined
  /** Who would take the edit back. */
  readonly owner?: ObjectOwner | undefined
}

/** Who last wrote the spec of an object on the broken way. Context, never proof. */
export interface SpecChange {
  readonly reference: ObjectReference
  readonly manager: string
  readonly time: string
}

/** One independent fault: its cause, what is only a consequence, and the connections that it breaks. */
export interface Problem {
  readonly cause: Finding
  readonly symptoms: readonly Finding[]
  /** Connections that fail, or may fail, because of it. */
  readonly breaks: readonly Path[]
  /** Those of `breaks` that another problem stops before. */
  readonly later: readonly Path[]
  /** Those of `breaks` that end at a workload which is not ready because of the problem. */
  readonly through: readonly Path[]
  readonly changed: readonly SpecChange[]
  /** Last words of the containers that the cause names, where they were read. Untrusted. */
  readonly logs: readonly string[]
  readonly fix?: OfferedFix | undefined
  readonly fixCheck?: FixCheck | undefined
}

export interface Summary {
  readonly problems: Readonly<Record<Severity, number>>
  readonly connections: {
    readonly of: number
    readonly broken: number
    readonly suspect: number
    readonly unknown: number
  }
  readonly outcome: Outcome
}

/** What was asked about, and could not be answered for lack of a read. */
export interface UnknownCheck {
  readonly rule: string
  readonly about: ObjectReference
  readonly gaps: readonly Gap[]
}

export interface Diagnosis {
  readonly takenAt: string
  readonly server: ServerInfo
  readonly question: Question
  readonly verdict: Summary
  readonly problems: readonly Problem[]
  readonly paths: readonly Path[]
  /** What is taken for granted because it may not be read or is not modelled yet. */
  readonly assumptions: readonly Text[]
  readonly gaps: readonly Gap[]
  /** Set where a cluster was too large to be read whole. */
  readonly extent?: Extent | undefined
  readonly unknown: readonly UnknownCheck[]
  /** Hops that nobody judged, on any path. */
  readonly notChecked: readonly HopKind[]
  readonly suppressed: number
}
