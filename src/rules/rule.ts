import type { Network } from '../network/network.ts'
import type { Reason } from '../trace/path.ts'
import type { FindingDraft, Severity } from './finding.ts'
import type { SubjectKind, Subjects } from './subject.ts'

/** The page of a rule, in Markdown. */
export interface RuleDocs {
  /** What the finding means for traffic. */
  readonly means: string
  /** How it comes about in practice. */
  readonly why: string
  /** Which fields prove it. */
  readonly proof: string
  /** How to mend it. */
  readonly fix: string
  /** When it would be wrong, and how the rule keeps silent then. */
  readonly falseAlarmWhen: string
}

/**
 * One thing that can be wrong. `check` is pure, is called once per subject, and concludes from absence only through
 * `whole(read)`. Rules do not call each other, see no other findings and do not rank themselves.
 */
export interface Rule<K extends SubjectKind = SubjectKind> {
  /** `area/what-is-wrong`, equal to its file's path; never reused. */
  readonly id: string
  readonly title: string
  readonly subject: K
  readonly severity: Severity
  /** Reasons of broken hops that a finding of this rule explains, at its places. */
  readonly explains?: readonly Reason[]
  /** More general rules whose findings at the same place are only symptoms of this one. */
  readonly over?: readonly string[]
  /** Reasons of broken hops of which its findings are only a symptom, whatever rule explains the hop. */
  readonly symptomOf?: readonly Reason[]
  readonly docs: RuleDocs
  readonly check: (
    subject: Subjects[K],
    network: Network,
  ) => FindingDraft | readonly FindingDraft[] | undefined
}

export type AnyRule = { [K in SubjectKind]: Rule<K> }[SubjectKind]

/** Declares a rule; keeps the subject's type. */
export function defineRule<K extends SubjectKind>(rule: Rule<K>): Rule<K> {
  return rule
}
