import type { Gap } from '../../snapshot/snapshot.ts'
import { both, type CaveatId, type Doubt, type Match } from './doubt.ts'
import type { Party } from './endpoint.ts'
import { matchRule, matchSubject, type Target } from './match.ts'
import type { Direction, Policy, Rule } from './model.ts'
import type { Policies, PolicySet } from './policies.ts'
import { maySelect } from './subject-index.ts'

/** One direction of a flow: whose policies, against whom, on which port. */
export interface Side {
  readonly direction: Direction
  readonly subject: Party
  readonly peer: Party
  readonly target: Target
  readonly policies: Policies
}

/** What may come out of a tier, as bits: with doubts, more than one. */
export const allow = 1
export const deny = 2
export const pass = 4
/** Nothing in this tier decides. */
export const nothing = 8

/** A rule that matched, or matched perhaps, and what it does. */
export interface Acting {
  readonly rule: Rule
  readonly does: number
  readonly isSure: boolean
}

/** What a search through policies has met so far. */
export class Evidence {
  readonly acting: Acting[] = []
  readonly isolatedBy: Policy[] = []
  readonly doubts: Doubt[] = []
  readonly caveats = new Set<CaveatId>()
  /** What was not read and is taken for not being there. */
  readonly assumes: Gap[] = []
  /** Of these the peer may be the pod's own, which matters to a flow that fails. */
  readonly unknownNodes: Gap[] = []

  add({ doubts, caveats }: Match): void {
    this.doubts.push(...doubts)
    for (const caveat of caveats) this.caveats.add(caveat)
  }
}

/**
 * An admin or baseline tier: policies by priority, rules from top to bottom, the first that matches acts.
 * Policies of equal priority may be taken in any order, so that each one's first match is possible (T44).
 *
 * @returns bits of what is possible
 */
export function searchTier(groups: readonly (readonly Policy[])[], side: Side, evidence: Evidence): number {
  let possible = 0
  for (const group of groups) {
    let found = 0
    let isOpen = true
    let acting = 0
    for (const policy of group) {
      const bits = searchPolicy(policy, side, evidence)
      if ((bits & nothing) === 0) isOpen = false
      if ((bits & ~nothing) !== 0) acting += 1
      found |= bits & ~nothing
    }
    if (acting > 1) evidence.caveats.add('equal-priority')
    possible |= found
    if (!isOpen) return possible
  }
  return possible | nothing
}

function searchPolicy(policy: Policy, side: Side, evidence: Evidence): number {
  const rules = policy.rules[side.direction]
  if (rules === undefined) return nothing
  const subject = matchSubject(policy, side.subject, side.policies)
  if (subject.is === 'no') return nothing
  noteInvalid(policy, evidence)
  let possible = 0
  for (const rule of rules) {
    const match = both(subject, matchRule(rule, side.peer, side.target, side.policies))
    evidence.add(match)
    if (match.is === 'no') continue
    const does = bitsOf(rule)
    if (rule.action === undefined)
      evidence.doubts.push({ id: 'input-invalid', policy: policy.reference, field: rule.path })
    evidence.acting.push({ rule, does, isSure: match.is === 'yes' })
    possible |= does
    if (match.is === 'yes') return possible
  }
  return possible | nothing
}

function bitsOf({ action }: Rule): number {
  if (action === undefined) return allow | deny
  return action === 'allow' ? allow : action === 'deny' ? deny : pass
}

function noteInvalid({ problems }: Policy, evidence: Evidence): void {
  if (problems.some(({ severity }) => severity === 'invalid')) evidence.caveats.add('input-invalid')
}

/**
 * The NetworkPolicies of the subject's namespace: those that select it isolate it, and what any of their rules
 * matches is allowed. A policy that selects it perhaps can only add.
 */
export function searchNetworkPolicies(set: PolicySet, side: Side, evidence: Evidence): number {
  let isIsolated = false
  let isAdmitted = false
  let possible = set.gaps.length > 0 ? allow | deny | nothing : nothing
  if (set.gaps.length > 0) evidence.doubts.push({ id: 'policies-not-read', gaps: set.gaps })
  for (const policy of maySelect(set, side.subject)) {
    const rules = policy.rules[side.direction]
    if (rules === undefined) continue
    const subject = matchSubject(policy, side.subject, side.policies)
    evidence.add(subject)
    if (subject.is === 'no') continue
    noteInvalid(policy, evidence)
    evidence.isolatedBy.push(policy)
    if (isAdmitted) continue
    const admitted = admits(rules, subject.is === 'yes', side, evidence)
    if (subject.is === 'yes' && admitted === 'yes') isAdmitted = true
    if (subject.is === 'yes') isIsolated = true
    if (admitted !== 'no') possible |= allow
    if (admitted !== 'yes') possible |= deny
  }
  if (isAdmitted) return allow
  if (evidence.isolatedBy.length > 0) possible |= undefinedByApi(side, evidence)
  return isIsolated ? possible & ~nothing : possible
}

function admits(rules: readonly Rule[], isSubject: boolean, side: Side, evidence: Evidence): Match['is'] {
  let result: Match['is'] = 'no'
  for (const rule of rules) {
    const match = matchRule(rule, side.peer, side.target, side.policies)
    evidence.add(match)
    if (match.is === 'no') continue
    evidence.acting.push({ rule, does: allow, isSure: isSubject && match.is === 'yes' })
    if (match.is === 'yes') return 'yes'
    result = 'maybe'
  }
  return result
}

/** T29 and plugins without SCTP: an isolated pod's traffic of such a protocol may pass or not. */
function undefinedByApi({ target, policies }: Side, evidence: Evidence): number {
  if (target.protocol === 'ICMP') {
    evidence.doubts.push({ id: 'protocol-not-covered' })
    return allow | deny
  }
  if (target.protocol === 'SCTP' && !policies.profile.sctpSupported) {
    evidence.doubts.push({ id: 'sctp-not-supported' })
    return allow | deny
  }
  return 0
}
