import { surelyPass } from '../../network/flows/alike.ts'
import { type ClientFlow, judgedOnce } from '../../network/flows/flow.ts'
import { flowPlace } from '../../network/flows/flow-place.ts'
import { distinctGaps } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Decision } from '../../network/policy/decide.ts'
import type { Direction } from '../../network/policy/model.ts'
import { notApplicable, notChecked, passes, type Reason, type Verdict } from '../path.ts'
import type { Judgement, Way } from '../way.ts'

const reasons: Readonly<Record<Direction, Reason>> = { egress: 'egress-denied', ingress: 'ingress-denied' }

/**
 * What the policies of one side say of the packet at this point of the way: from the client's pods to the pod port, after
 * the Service's address was translated. The symptom of a denial is the enforcer's choice, and is left open.
 */
export function policyHop(way: Way, direction: Direction, network: Network): Judgement {
  const { connection, resolved, endpoint } = way
  return {
    place: flowPlace(direction, connection, resolved.destination, endpoint),
    verdict: passesFor(way, network) ? passes : verdictOf(way, direction, network),
  }
}

function verdictOf(way: Way, direction: Direction, network: Network): Verdict {
  const { resolved, endpoint } = way
  // An address that nobody has is at the other end of no policy: the hop `pod` says what is wrong.
  if (endpoint === undefined && resolved.destination.kind === 'unowned') return notApplicable
  const judged = judgedOnce(way.connection, resolved.destination, endpoint, network)
  switch (judged.is) {
    case 'not-asked':
      return notChecked
    case 'not-read':
      return { outcome: 'unknown', reason: 'not-read', gaps: judged.gaps }
    case 'judged':
      return enforced(overClients(judged.flows, direction), network)
  }
}

function passesFor({ connection, resolved, endpoint, passesPolicies }: Way, network: Network): boolean {
  if (passesPolicies) return true
  return endpoint !== undefined && surelyPass(connection, resolved.destination, [endpoint], network)
}

/** Where the network plugin seems to enforce no policy at all, a denial is only what was meant. */
function enforced(verdict: Verdict, { policy }: Network): Verdict {
  const isDenied = verdict.outcome === 'fails' || verdict.outcome === 'partly'
  return isDenied && !policy.profile.enforcesPolicies
    ? { outcome: 'unknown', reason: 'policy-undefined' }
    : verdict
}

/** All pods of the client together: a part of them may be denied, such as one revision of two. */
function overClients(flows: readonly ClientFlow[], direction: Direction): Verdict {
  const families = flows.flatMap((flow) => flow.families)
  if (families.length === 0) return notChecked
  // Policies let in to pods only.
  if (direction === 'ingress' && families.every(({ destination }) => destination.pod === undefined))
    return notApplicable
  const decisions = families.map((family) => family[direction])
  if (decisions.some(({ outcome }) => outcome === 'unknown')) return unknown(decisions)
  const denied = flows.map((flow) => ({ count: flow.count, part: deniedPart(flow, direction) }))
  const reason = reasons[direction]
  if (denied.every(({ part }) => part === 0)) return passes
  if (denied.every(({ part }) => part === 1)) return { outcome: 'fails', reason }
  // Of a pod of which one address family is denied nobody can say how often that is used.
  const share = {
    failing: denied.reduce((sum, { count, part }) => sum + (part > 0 ? count : 0), 0),
    of: denied.reduce((sum, { count }) => sum + count, 0),
  }
  return { outcome: 'partly', reason, share: share.failing < share.of ? share : undefined }
}

function deniedPart({ families }: ClientFlow, direction: Direction): number {
  const denied = families.filter((family) => family[direction].outcome === 'fails').length
  return denied / Math.max(families.length, 1)
}

function unknown(decisions: readonly Decision[]): Verdict {
  const doubts = decisions.flatMap((decision) => decision.doubts)
  const gaps = distinctGaps(doubts.map((doubt) => doubt.gaps ?? []))
  return gaps.length > 0
    ? { outcome: 'unknown', reason: 'not-read', gaps }
    : { outcome: 'unknown', reason: 'policy-undefined', doubts }
}
