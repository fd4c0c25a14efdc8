import type { Clause } from '../../network/policy/clause.ts'
import type { ConsideredRule, Explanation, RuleReference } from '../../network/policy/explain.ts'
import { nearest } from '../../network/policy/nearest.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import type { Row, RowLine } from '../document.ts'
import { escapeText } from '../escape.ts'
import { caveatText, clauseText, doubtText } from '../policy-words.ts'
import { count } from '../words.ts'

/** `file:line:column` of a field, for files. */
export type Locate = ((reference: ObjectReference, field: string) => string | undefined) | undefined

/** What the two ends are called, escaped. */
export interface EndNames {
  readonly subject: string
  readonly peer: string
  /** One end is any address outside: the one that was tried says nothing. */
  readonly isWorld?: boolean | undefined
}

/** What policies say in one direction: the verdict with what decided it, and where it stands. */
export function directionRow(explanation: Explanation, names: EndNames, locate: Locate): Row {
  const { direction, outcome, passedBy } = explanation
  const verdict = { passes: 'allowed', fails: 'denied', unknown: 'unknown' }[outcome]
  const because = reason(explanation, names, locate)
  const passed = passedBy.map((rule) => ({ text: `passed on by ${ruleText(rule, locate)}` }))
  return {
    label: direction,
    tone: outcome === 'fails' ? 'bad' : outcome === 'unknown' ? 'unknown' : 'dim',
    lines: [{ text: `${verdict}: ${because}` }, ...passed],
  }
}

function reason(explanation: Explanation, { subject, peer }: EndNames, locate: Locate): string {
  const { outcome, tier, decidedBy, isolatedBy, doubts, direction, caveats } = explanation
  if (outcome === 'unknown') {
    const why = [...new Set(doubts.map(doubtText))]
    return why.length === 0 ? 'policies leave it open' : why.join('; ')
  }
  if (explanation.subject.pod === undefined) return `${subject} is no pod, and policies are about pods`
  const [first] = decidedBy
  if (first !== undefined) return `by ${decidedBy.map((rule) => ruleText(rule, locate)).join(', ')}`
  if (tier === 'exempt')
    return caveats.includes('own-node') ? caveatText('own-node') : 'a pod is always let to its own address'
  if (outcome === 'passes') return `no policy isolates ${subject} for ${direction}`
  const rules = isolatedBy.reduce((sum, { rules: own }) => sum + own, 0)
  const isolating =
    isolatedBy.length === 1
      ? `NetworkPolicy ${escapeText(isolatedBy[0]?.policy.name ?? '')} isolates ${subject}`
      : `${count(isolatedBy.length, 'NetworkPolicy', 'NetworkPolicies')} isolate ${subject}`
  if (rules === 0) return `${isolating} and ${direction === 'ingress' ? 'admits nobody' : 'allows nothing'}`
  const none =
    rules === 1
      ? `${isolatedBy.length === 1 ? 'its' : 'their'} only rule does not match`
      : `none of ${count(rules, 'rule')} matches`
  return `${isolating}; ${none} ${peer}`
}

/** `NetworkPolicy web ingress[0] "name" (file:12:5)`. */
export function ruleText({ policy, rule, name, path, peer }: RuleReference, locate: Locate): string {
  const at = locate?.(policy, peer ?? path)
  const title = name === undefined ? '' : ` "${escapeText(name)}"`
  const item = peer?.slice(path.length) ?? ''
  return `${policy.kind} ${escapeText(policy.name)} ${rule}${item}${title}${at === undefined ? '' : ` (${at})`}`
}

/** A rule of which more is wrong is not near to anything. */
const mostFailing = 2

/** The rule that comes nearest to allowing a denied direction, and the conditions that keep it from that. */
export function nearestRow(
  explanation: Explanation,
  names: EndNames,
  locate: Locate,
  isExplained: boolean,
): Row | undefined {
  const miss = nearest(explanation)
  if (miss === undefined) return undefined
  const { rule, failing } = miss
  if (failing.length > mostFailing && !isExplained) return undefined
  return {
    label: 'nearest',
    lines: [
      { text: `${ruleText(rule, undefined)}:` },
      ...failing.map((clause): RowLine => {
        const at = locate?.(rule.policy, clause.field)
        return { text: `${failText(clause, names)}${at === undefined ? '' : ` (${at})`}` }
      }),
    ],
  }
}

function failText(clause: Clause, { peer, isWorld = false }: EndNames): string {
  return clauseText(
    isWorld ? { ...clause, actual: clause.actual.replace(/^\S+, no pod$/, 'none') } : clause,
    peer,
  )
}

/** Every policy that takes part in one direction, rule by rule and condition by condition. */
export function reasoningRows(explanation: Explanation, names: EndNames, locate: Locate): readonly Row[] {
  const { isolatedBy, considered, direction } = explanation
  const own = considered.filter(({ selects }) => selects !== 'no')
  const empty = isolatedBy
    .filter(({ rules }) => rules === 0)
    .map(({ policy }): RowLine => {
      const at = locate?.(policy, 'spec.podSelector')
      return {
        text: `NetworkPolicy ${escapeText(policy.name)}: isolates, no ${direction} rule${at === undefined ? '' : ` (${at})`}`,
      }
    })
  const lines = [...empty, ...own.flatMap((rule) => consideredLines(rule, names, locate))]
  return lines.length === 0 ? [] : [{ label: 'tried', lines }]
}

const marks = { yes: 'matches', no: 'does not match', maybe: 'may match' } as const

function consideredLines(rule: ConsideredRule, names: EndNames, locate: Locate): readonly RowLine[] {
  const action = rule.action === undefined || rule.tier === 'network-policy' ? '' : ` ${rule.action}`
  return [
    { text: `${ruleText(rule, locate)}${action}: ${marks[rule.matches]}` },
    ...rule.clauses
      .filter(({ is }) => is !== 'subject')
      .map((clause): RowLine => {
        const field = escapeText(clause.field.slice(rule.path.length + 1))
        if (clause.ok === true) return { text: `  ${field}: ${escapeText(clause.wanted)}, ok` }
        return {
          text: `  ${field}: ${clause.ok === false ? 'NO' : '?'}, ${failText(clause, names)}`,
        }
      }),
  ]
}
