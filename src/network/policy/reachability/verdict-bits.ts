import type { Direction, Policy, Rule } from '../model.ts'
import { addBits, addCommon, type Bits, dropBits, emptyBits, fullBits, hasBit, keepBits } from './bits.ts'
import type { Selecting, Signature, TierOrder } from './signatures.ts'
import type { Tri } from './tri.ts'

/** What the policies of one end say about every column, as its peer. What is in neither set is unknown. */
export interface SideRow {
  readonly passes: Bits
  /** Absent: all that do not pass. */
  readonly fails?: Bits | undefined
}

/** The columns that a rule matches on the asked port. */
export type RuleMatch = (rule: Rule) => Tri

/** What a plugin makes of NetworkPolicies where that is not what they say. */
export interface PluginReading {
  readonly match: RuleMatch
  /** Columns that a policy admits beside its rules. */
  readonly more: (policy: Policy) => Tri
}

/** What may come out of tiers for each column; several bits of one column may be set. */
interface Possible {
  readonly allow: Bits
  readonly deny: Bits
}

/**
 * The verdicts of one side over all columns at once. The same search as that of the plain evaluator (decide.ts,
 * tiers.ts), in which a set of columns stands where it has one peer.
 */
export function sideRow(
  signature: Signature,
  direction: Direction,
  match: RuleMatch,
  size: number,
  /** The plugin cannot tell this protocol: an isolated pod's traffic may pass or not. */
  isProtocolOpen: boolean,
  plugin: PluginReading | undefined,
): SideRow {
  if (signature.isOpen) return { passes: emptyBits(size), fails: emptyBits(size) }
  const plain =
    isProtocolOpen || plugin !== undefined ? undefined : plainRow(signature, direction, match, size)
  if (plain !== undefined) return plain
  const possible: Possible = { allow: emptyBits(size), deny: emptyBits(size) }
  const middle = networkPolicyTier(signature, direction, { match }, size, isProtocolOpen)
  if (plugin !== undefined) {
    const other = networkPolicyTier(signature, direction, plugin, size, isProtocolOpen)
    addBits(middle.allow, other.allow)
    addBits(middle.deny, other.deny)
  }
  for (const { admin, baseline } of signature.generations) {
    const first = searchTier(admin, direction, match, fullBits(size))
    addBits(possible.allow, first.allow)
    addBits(possible.deny, first.deny)
    addCommon(possible.allow, first.open, middle.allow)
    addCommon(possible.deny, first.open, middle.deny)
    const left = first.open
    keepBits(left, middle.nothing)
    const last = searchTier(baseline, direction, match, left)
    addBits(possible.allow, last.allow)
    addBits(possible.deny, last.deny)
    addBits(possible.allow, last.open)
  }
  const passes = possible.allow.slice()
  dropBits(passes, possible.deny)
  dropBits(possible.deny, possible.allow)
  return { passes, fails: possible.deny }
}

/** The common case: certain NetworkPolicies alone. `undefined` when it is not. */
function plainRow(
  { networkPolicies, generations, hasGaps }: Signature,
  direction: Direction,
  match: RuleMatch,
  size: number,
): SideRow | undefined {
  if (hasGaps || generations.some(({ admin, baseline }) => admin.length + baseline.length > 0))
    return undefined
  if (networkPolicies.length === 0) return { passes: fullBits(size) }
  if (networkPolicies.some(({ isSure }) => !isSure)) return undefined
  const passes = emptyBits(size)
  for (const { policy } of networkPolicies)
    for (const rule of policy.rules[direction] ?? []) {
      const { yes, can } = match(rule)
      if (yes !== can) return undefined
      addBits(passes, yes)
    }
  return { passes }
}

interface TierResult extends Possible {
  /** Columns that may go on to the next tier: passed on, or met by no rule. */
  readonly open: Bits
}

/** An admin or baseline tier: see searchTier of tiers.ts. */
function searchTier(groups: TierOrder, direction: Direction, match: RuleMatch, from: Bits): TierResult {
  const size = from.length * 32
  const result = { allow: emptyBits(size), deny: emptyBits(size) }
  const passed = emptyBits(size)
  const undecided = from.slice()
  for (const group of groups) {
    const left = undecided.slice()
    for (const selecting of group) {
      const own = undecided.slice()
      for (const rule of selecting.policy.rules[direction] ?? []) {
        const { yes, can } = match(rule)
        if (rule.action === 'pass') addCommon(passed, own, can)
        if (rule.action === 'allow' || rule.action === undefined) addCommon(result.allow, own, can)
        if (rule.action === 'deny' || rule.action === undefined) addCommon(result.deny, own, can)
        if (selecting.isSure) dropBits(own, yes)
      }
      keepBits(left, own)
    }
    undecided.set(left)
  }
  addBits(passed, undecided)
  return { ...result, open: passed }
}

interface MiddleResult extends Possible {
  /** Columns for which no NetworkPolicy may decide. */
  readonly nothing: Bits
}

/** NetworkPolicies: see searchNetworkPolicies of tiers.ts. */
function networkPolicyTier(
  { networkPolicies, hasGaps }: Signature,
  direction: Direction,
  reading: Pick<PluginReading, 'match'> & Partial<PluginReading>,
  size: number,
  isProtocolOpen: boolean,
): MiddleResult {
  const isUnsure = hasGaps || (isProtocolOpen && networkPolicies.length > 0)
  const allow = isUnsure ? fullBits(size) : emptyBits(size)
  const deny = isUnsure ? fullBits(size) : emptyBits(size)
  const admitted = emptyBits(size)
  for (const selecting of networkPolicies) {
    const { yes, can } = admittedBy(selecting, direction, reading, size)
    addBits(allow, can)
    const denied = fullBits(size)
    dropBits(denied, yes)
    addBits(deny, denied)
    if (selecting.isSure) addBits(admitted, yes)
  }
  dropBits(deny, admitted)
  addBits(allow, admitted)
  const isIsolated = networkPolicies.some(({ isSure }) => isSure)
  return { allow, deny, nothing: isIsolated ? emptyBits(size) : fullBits(size) }
}

function admittedBy(
  { policy }: Selecting,
  direction: Direction,
  { match, more }: Pick<PluginReading, 'match'> & Partial<PluginReading>,
  size: number,
): Tri {
  const yes = emptyBits(size)
  const can = emptyBits(size)
  const own = (policy.rules[direction] ?? []).map(match)
  for (const matched of more === undefined ? own : [...own, more(policy)]) {
    addBits(yes, matched.yes)
    addBits(can, matched.can)
  }
  return { yes, can }
}

/** Whether a side surely denies. */
export function failsAt({ passes, fails }: SideRow, column: number): boolean {
  return fails === undefined ? !hasBit(passes, column) : hasBit(fails, column)
}
