import { changedWorld } from '../../change/changed-world.ts'
import type { FlowChange } from '../../change/flow-table.ts'
import { changedFlows } from '../../change/flows.ts'
import type { Edit } from '../../network/edit.ts'
import { extentOf } from '../../network/inventory/extent.ts'
import type { Network } from '../../network/network.ts'
import { decide } from '../../network/policy/decide.ts'
import { addressesOf, type Endpoint } from '../../network/policy/endpoint.ts'
import type { RuleReference } from '../../network/policy/explain.ts'
import type { Direction } from '../../network/policy/model.ts'
import { type NoPatchReason, type Patch, remedyFor } from '../../network/policy/patch.ts'
import { Policies } from '../../network/policy/policies.ts'
import type { CniProfile } from '../../network/policy/profile.ts'
import { isObserved } from '../../network/workloads/pods.ts'
import { keyOf, referenceTo } from '../../snapshot/snapshot.ts'
import { hasAddress } from './ends.ts'
import { joinedPatches } from './joined-patches.ts'
import type { JudgedPair, Reason } from './judge.ts'
import { isWanted } from './wanted.ts'

/** The narrowest change that would allow a denied flow, tried on a copy. */
export interface FlowRemedy {
  /** One change for each direction that denies. */
  readonly steps: readonly { readonly direction: Direction; readonly patch: Patch }[]
  /** Of the pairs that are denied now for this reason, how many would pass. */
  readonly allows: { readonly passing: number; readonly of: number }
  /** What else would get in. Absent in clusters where finding out would take too long. */
  readonly opens?: readonly FlowChange[] | undefined
  /** What would be denied that passes now. */
  readonly closes: readonly FlowChange[]
}

/** Why there is no such change. */
export interface NoRemedy {
  readonly direction: Direction
  readonly why: NoPatchReason
  readonly deniedBy: readonly RuleReference[]
}

const directions: readonly Direction[] = ['egress', 'ingress']

/** In larger clusters only the first candidate is looked at, and its side effects are left out. */
const mostPods = 5000

interface Tried {
  readonly patches: ReadonlyMap<Direction, Patch>
  readonly opens?: readonly FlowChange[] | undefined
  readonly closes: readonly FlowChange[]
  readonly after: Network
}

/**
 * The narrowest of the smallest changes: that which takes nothing away and lets fewest others in.
 *
 * @returns what to change, or why nothing would help
 */
export function remedyOf(
  { example, pairs, ports }: Reason,
  policies: Policies,
  network: Network,
): FlowRemedy | NoRemedy | undefined {
  const { why } = example
  if (why === undefined || example.outcome !== 'fails') return undefined
  const examples = ports.flatMap((port) => pairs.find((pair) => pair.port === port) ?? [])
  const failing = directions.filter((direction) => why[direction].outcome === 'fails')
  const candidates = new Map<Direction, readonly Patch[]>()
  for (const direction of failing) {
    const { noPatch = 'unknown', deniedBy } = remedyFor(why[direction], policies)
    const byPort = examples.map((pair) =>
      pair.why === undefined ? [] : remedyFor(pair.why[direction], policies).patches,
    )
    const patches = joinedPatches(byPort)
    if (patches.length === 0) return { direction, why: noPatch, deniedBy }
    candidates.set(direction, patches)
  }
  const tried = narrowest(candidates, { pairs, network, profile: policies.profile })
  if (tried === undefined) return undefined
  const changed = new Policies(tried.after.inventory, policies.profile)
  const passing = pairs.filter(({ verdict }) => decide(verdict.flow, changed).outcome === 'passes')
  return {
    steps: [...tried.patches].map(([direction, patch]) => ({ direction, patch })),
    allows: { passing: passing.length, of: pairs.length },
    opens: tried.opens,
    closes: tried.closes,
  }
}

interface Trial {
  readonly pairs: readonly JudgedPair[]
  readonly network: Network
  readonly profile: CniProfile
}

/** Chooses direction by direction, with the narrowest known choice for the others. */
function narrowest(candidates: ReadonlyMap<Direction, readonly Patch[]>, trial: Trial): Tried | undefined {
  const { inventory } = trial.network
  const isLarge = inventory.list('Pod').items.length > mostPods || extentOf(inventory) !== undefined
  let chosen = new Map(
    [...candidates].flatMap(([direction, patches]) => {
      const patch = isLarge ? patches[0] : patches.at(-1)
      return patch === undefined ? [] : [[direction, patch] as const]
    }),
  )
  let best = attempt(chosen, trial, isLarge)
  if (isLarge) return best
  for (const [direction, patches] of candidates) {
    for (const patch of [...patches].reverse().slice(1)) {
      const choice = new Map(chosen).set(direction, patch)
      const next = attempt(choice, trial, isLarge)
      // The less intrusive kind of change wins a tie.
      if (
        next !== undefined &&
        (best === undefined || width(next, trial.network) <= width(best, trial.network))
      ) {
        best = next
        chosen = choice
      }
    }
  }
  return best
}

/**
 * How many others get in that do not dial it anyway. Whatever takes something away is wider than anything that does not.
 */
function width({ opens = [], closes }: Tried, network: Network): number {
  const pairs = (changes: readonly FlowChange[]): number =>
    changes.reduce((sum, change) => sum + change.pairs, 0)
  return pairs(closes) * 1e6 + pairs(opens.filter((change) => !isWanted(change, network)))
}

function attempt(
  patches: ReadonlyMap<Direction, Patch>,
  { pairs, network, profile }: Trial,
  isLarge: boolean,
): Tried | undefined {
  const edits: readonly Edit[] = [...patches.values()].map(({ edit }) => edit)
  const world = changedWorld(edits, network)
  if (world === undefined) return undefined
  if (isLarge) return { patches, closes: [], after: world.after }
  const { changes } = changedFlows(world.before, world.after, profile)
  return {
    patches,
    opens: changes.filter(
      (change) => change.effect !== 'denied' && !isAsked(change, pairs, network) && !isAboutNoAddress(change),
    ),
    closes: changes.filter(({ effect }) => effect === 'denied'),
    after: world.after,
  }
}

/** A pod that is not made yet may get any address: that it might be the one which a rule names is not worth a word. */
const isAboutNoAddress = ({ effect, example }: FlowChange): boolean =>
  effect === 'unknown' &&
  [...example.source, ...example.destination].some(
    (end) => end.kind === 'pod' && !isObserved(end.pod) && !hasAddress(end),
  )

/** Whether a change is the flow that was asked for, and nothing else. */
function isAsked(
  { source, destination, ports }: FlowChange,
  pairs: readonly JudgedPair[],
  network: Network,
): boolean {
  const isPort = ports.every(({ protocol, from, to }) =>
    pairs.some(({ target, port }) => from === to && target.port === from && port.protocol === protocol),
  )
  return (
    isPort &&
    pairs.some((pair) => isEnd(source, pair.source.end, network)) &&
    pairs.some((pair) => isEnd(destination, pair.target.end, network))
  )
}

function isEnd(changed: FlowChange['source'], end: Endpoint, network: Network): boolean {
  if (changed.kind === 'workload') {
    if (end.kind !== 'pod') return false
    const owner = network.workloads.ofPod(end.pod)?.reference ?? referenceTo(end.pod)
    return keyOf(owner) === keyOf(changed.reference)
  }
  const address = addressesOf(end).parsed[changed.family]
  const [interval] = changed.intervals
  return (
    address !== undefined &&
    changed.intervals.length === 1 &&
    interval?.first === address.value &&
    interval.last === address.value
  )
}
