import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import { type Place, place } from '../../network/traffic/place.ts'
import { clientOf } from '../client/dialled.ts'
import type { FindingDraft, Severity } from '../finding.ts'
import type { Text } from '../text.ts'
import { mending } from './denial-fix.ts'
import { ruleOf } from './denial-kind.ts'
import { labelEvidence, tryIt } from './denial-words.ts'
import { clientsOf, type DenialGroup, destinationKey, targetKey } from './denied-group.ts'
import { peerKey } from './peers.ts'
import { blockText } from './ranges.ts'
import { rulesText } from './rules-text.ts'

const mostEvidence = 5

export interface DenialStory {
  readonly summary: Text
  readonly detail?: Text | undefined
  readonly severity?: Severity | undefined
  readonly proof?: 'proven' | 'likely' | undefined
}

/** The finding about a group of denials: where it lies, what proves it and what mends it. */
export function denialFinding(
  group: DenialGroup,
  tell: (group: DenialGroup) => DenialStory,
  network: Network,
): FindingDraft {
  return network.inventory.memo.get(known, group, () => draftOf(group, tell(group), network))
}

/** Every member of a group has the same finding. */
const known = memoTable<FindingDraft>('rules.policy.denialFindings')

function draftOf(group: DenialGroup, story: DenialStory, network: Network): FindingDraft {
  const { policy, denials, kind } = group
  const [first] = denials
  const target = first === undefined ? '' : targetKey(first, kind)
  const failing = kind.is === 'cluster-policy' ? [] : (kind.miss?.failing ?? [])
  const workloads = clientsOf(group).flatMap(({ connection }) => clientOf(connection) ?? [])
  const isAsleep = workloads.length > 0 && workloads.every(({ replicas }) => replicas === 0)
  return {
    proof: story.proof ?? 'likely',
    severity: isAsleep ? 'warning' : story.severity,
    about: policy,
    place: placeOf(group, target),
    alsoAt: [...peerPlaces(group, network), ...targetPlaces(group), ...denials.map((denial) => denial.place)],
    summary: story.summary,
    detail: story.detail,
    evidence: [
      ...(failing.length === 0
        ? isolationEvidence(group)
        : failing.map(({ field, wanted }) => ({ reference: policy, field, value: wanted }))),
      ...denials.slice(0, mostEvidence).flatMap(({ connection }) => labelEvidence(connection, failing)),
    ],
    ...mending(group, network),
    confirm: first === undefined ? undefined : tryIt(first),
  }
}

/** Of a cluster-wide policy, each namespace that it shuts in or out is a fault of its own. */
function placeOf({ policy, kind, denials }: DenialGroup, target: string): Place {
  if (target !== '') return place.policyPart(policy, `into ${target}`)
  const [first] = denials
  if (kind.is !== 'cluster-policy' || first === undefined) return place.policy(policy)
  const { direction, explanation } = first
  const namespace = explanation.subject.namespace?.name ?? ''
  return place.policyPart(policy, `${direction === 'egress' ? 'out of' : 'into'} ${namespace}`)
}

/** Where other rules speak of what the policy lets nobody into: that is a part of this. */
function targetPlaces({ policy, denials }: DenialGroup): readonly Place[] {
  const targets = denials.filter(({ direction }) => direction === 'ingress').map(destinationKey)
  return [...new Set(targets)].map((target) => place.policyPart(policy, `into ${target}`))
}

/** Where the linter speaks of the peer that was meant to admit them: the denial is what comes of its slip. */
export function peerPlaces({ kind, policy }: DenialGroup, network: Network): readonly Place[] {
  if (kind.is === 'cluster-policy' || kind.miss === undefined) return []
  const rule = ruleOf(kind.miss.rule, network)
  const peers = rule?.peers === 'all' ? [] : (rule?.peers ?? [])
  const peer = peers.find(({ path }) => path === kind.miss?.rule.peer)
  if (rule === undefined) return []
  if (peer?.is === 'pods') return [place.policyPart(policy, `${rule.direction} ${peerKey(peer)}`)]
  return peer?.is === 'block'
    ? [place.policyPart(policy, `${rule.direction} block ${blockText(peer.block)}`)]
    : []
}

export function isolationEvidence({ policy, denials, kind }: DenialGroup): FindingDraft['evidence'] {
  const [first] = denials
  if (first === undefined) return []
  const { decidedBy, isolatedBy } = first.explanation
  if (kind.is === 'cluster-policy')
    return decidedBy.map((rule) => ({ reference: policy, field: rule.path, value: rule.action }))
  return isolatedBy.map((isolation) => ({
    reference: isolation.policy,
    field: `spec.${first.direction}`,
    value: isolation.rules === 0 ? undefined : `${rulesText(isolation.rules)}, none matches`,
  }))
}
