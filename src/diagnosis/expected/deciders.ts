import type { Decision, FlowOutcome, FlowVerdict } from '../../network/policy/decide.ts'
import type { DoubtId } from '../../network/policy/doubt.ts'
import type { Direction, Rule } from '../../network/policy/model.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'

/** What decided one side of a flow. */
export interface Decider {
  readonly direction: Direction
  readonly outcome: FlowOutcome
  /** The rules that acted, with the field path in their policy. */
  readonly rules: readonly { readonly policy: ObjectReference; readonly path: string }[]
  /** For a denial without a rule: the policies that isolate. */
  readonly isolatedBy: readonly ObjectReference[]
  /** Ids of what is open, where the outcome is unknown. */
  readonly doubts: readonly DoubtId[]
}

/** Of a denial the sides that deny, of anything else those that say the same; both where each only lets pass. */
export function decidersOf(
  { families, doubts }: FlowVerdict,
  outcome: FlowVerdict['outcome'],
  part: Direction | 'both' = 'both',
): readonly Decider[] {
  const family = families.find((item) => item.outcome === outcome) ?? families[0]
  if (family === undefined)
    return [
      {
        direction: 'ingress',
        outcome: 'unknown',
        rules: [],
        isolatedBy: [],
        doubts: doubts.map(({ id }) => id),
      },
    ]
  const sides = (['egress', 'ingress'] as const).filter((direction) => part === 'both' || part === direction)
  const same = sides.filter((direction) => family[direction].outcome === family.outcome)
  return (same.length === 0 ? sides : same).map((direction) => decider(family[direction]))
}

function decider({ direction, outcome, decidedBy, isolatedBy, doubts }: Decision): Decider {
  return {
    direction,
    outcome,
    rules: decidedBy.map(({ policy, path }: Rule) => ({ policy: policy.reference, path })),
    isolatedBy: isolatedBy.map(({ reference }) => reference),
    doubts: [...new Set(doubts.map(({ id }) => id))],
  }
}
