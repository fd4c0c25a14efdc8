import type { Network } from '../../network/network.ts'
import {
  type Direction,
  generationOf,
  type Peer,
  type Policy,
  type PortEntry,
  type Rule,
} from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { workloadsOfPeer } from './matching.ts'
import { subjectsOf } from './needed-flows.ts'
import { showCommand } from './patches.ts'
import { isEverything, overlaps } from './ranges.ts'

export default defineRule({
  id: 'policy/equal-priority-overlap',
  title: 'Two cluster-wide policies of one priority that contradict each other',
  subject: 'ClusterPolicy',
  severity: 'warning',
  docs: {
    means:
      'The API does not say which of the two goes first: the network plugin may pick either, and another one tomorrow.',
    why: 'Priorities were copied, or left at a value that somebody else uses.',
    proof:
      'Same tier and priority, workloads that both select, and rules with different actions of which peers and ports meet.',
    fix: 'Give them different priorities; the smaller number goes first.',
    falseAlarmWhen:
      'Never for rules with the same action, for policies without a workload in common, or for peers of which none is in both.',
  },
  check(policy, network) {
    const { all } = network.policy.cluster()
    return all
      .filter((other) => isRival(policy, other))
      .flatMap((other) => checkPair(policy, other, network) ?? [])
  },
})

/** Of each pair, the first by kind and name speaks. */
function isRival(policy: Policy, other: Policy): boolean {
  const key = ({ reference }: Policy): string => `${reference.kind} ${reference.name}`
  return (
    key(policy) < key(other) &&
    generationOf(policy) === generationOf(other) &&
    policy.tier === other.tier &&
    policy.priority === other.priority &&
    policy.subject.doubt === undefined &&
    other.subject.doubt === undefined
  )
}

function checkPair(policy: Policy, other: Policy, network: Network): FindingDraft | undefined {
  const clash = (['ingress', 'egress'] as const)
    .flatMap((direction) => clashes(policy, other, direction, network))
    .at(0)
  if (clash === undefined) return undefined
  const keys = new Set(subjectsOf(other, network).map(({ key }) => key))
  const shared = subjectsOf(policy, network).filter(
    ({ key, spec }) => keys.has(key) && spec.hostNetwork !== true,
  )
  if (shared.length === 0) return undefined
  const [own, theirs] = clash
  return {
    proof: 'proven',
    place: place.policyPart(policy.reference, `and ${other.reference.kind}/${other.reference.name}`),
    alsoAt: [place.policy(policy.reference), place.policy(other.reference)],
    summary: say`${policy.reference} and ${other.reference} both have priority ${policy.priority} and contradict each other: either may go first`,
    detail: say`${policy.reference} ${own.path} is ${actionWord(own)}, ${other.reference} ${theirs.path} is ${actionWord(theirs)}; both select ${listed(shared.slice(0, 3).map((workload) => say`${workload.reference}`))}.`,
    evidence: [policy, other].flatMap(({ reference }, index) => [
      { reference, field: 'spec.priority', value: policy.priority },
      {
        reference,
        field: `${(index === 0 ? own : theirs).path}.action`,
        value: actionWord(index === 0 ? own : theirs),
      },
    ]),
    advice: [
      say`Give the one that shall go first a smaller number.`,
      showCommand(policy.reference),
      showCommand(other.reference),
    ],
  }
}

/** As the kind writes it. */
function actionWord({ action, policy }: Rule): string {
  if (action === 'allow') return policy.object.kind === 'ClusterNetworkPolicy' ? 'Accept' : 'Allow'
  return action === 'deny' ? 'Deny' : 'Pass'
}

function clashes(
  policy: Policy,
  other: Policy,
  direction: Direction,
  network: Network,
): readonly (readonly [Rule, Rule])[] {
  return (policy.rules[direction] ?? []).flatMap((own) =>
    (other.rules[direction] ?? [])
      .filter(
        (theirs) => own.action !== undefined && theirs.action !== undefined && own.action !== theirs.action,
      )
      .filter((theirs) => meetPorts(own.ports, theirs.ports) && meetPeers(own.peers, theirs.peers, network))
      .map((theirs) => [own, theirs] as const),
  )
}

function meetPorts(a: Rule['ports'], b: Rule['ports']): boolean {
  if (a === 'all' || b === 'all') return true
  return a.some((one) => b.some((two) => meetPort(one, two)))
}

function meetPort(a: PortEntry, b: PortEntry): boolean {
  if (a.is === 'numbers' && b.is === 'numbers')
    return a.protocol === b.protocol && a.from <= b.to && b.from <= a.to
  return a.is === 'name' && b.is === 'name' && a.name === b.name
}

function meetPeers(a: Rule['peers'], b: Rule['peers'], network: Network): boolean {
  if (a === 'all' || b === 'all') return true
  return a.some((one) => b.some((two) => meetPeer(one, two, network)))
}

function meetPeer(a: Peer, b: Peer, network: Network): boolean {
  if (a.is === 'block' && b.is === 'block') return overlaps(a.block, b.block)
  // Networks match the addresses of pods too (T47).
  if (a.is === 'block' && b.is === 'pods') return isEverything(a.block)
  if (a.is === 'pods' && b.is === 'block') return isEverything(b.block)
  if (a.is !== 'pods' || b.is !== 'pods') return false
  const keys = new Set(workloadsOfPeer(a, network).items.map(({ key }: Workload) => key))
  return workloadsOfPeer(b, network).items.some(({ key }) => keys.has(key))
}
