import { memoTable } from '../../network/inventory/memo.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Policy } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { keyField, labelsField } from '../service/fields.ts'
import { say, type Text, word } from '../text.ts'
import { isOpenWorld, namespacesIn, workloadsOfPeer } from './matching.ts'
import { nearWorkloads, onlyMissing, type WorkloadMiss } from './near-labels.ts'
import { neededBy, subjectsOf } from './needed-flows.ts'
import { changeRequirement, patchCommand, showCommand } from './patches.ts'
import { type ListedPeer, type PodsPeer, peerKey, podsPeers, samePeers } from './peers.ts'
import { peerWords, requirementField } from './selector-words.ts'

export default defineRule({
  id: 'policy/peer-selects-no-pod',
  title: 'Peer that selects no pod',
  subject: 'NetworkPolicy',
  severity: 'note',
  docs: {
    means: 'An item of `from` or `to` admits nobody now: no pod has the labels that it asks for.',
    why: 'A label was renamed or mistyped, or the application that it was written for is not installed.',
    proof:
      'The selectors of the item compared with the labels of every pod and pod template in the namespaces that it means.',
    fix: 'Correct the selector, or remove the item when nobody needs it any more.',
    falseAlarmWhen:
      'An allow rule may be written before its client, or for a component that is not installed: it is only a note, and ' +
      'a warning when a workload that really dials misses it by one label. A template that matches is enough, and so are ' +
      'finished pods. Among manifests nothing is said unless a label is one slip away.',
  },
  check(policy, network) {
    return samePeers(podsPeers(policy), peerKey).flatMap((same) => checkPeer(policy, same, network) ?? [])
  },
})

function checkPeer(
  policy: Policy,
  same: readonly [ListedPeer<PodsPeer>, ...(readonly ListedPeer<PodsPeer>[])],
  network: Network,
): FindingDraft | undefined {
  const [{ peer, rule }] = same
  if (peer.pods.requirements.length === 0) return undefined
  const namespaces = namespacesIn(peer.namespaces, network)
  if (namespaces.length === 0) return undefined
  const matching = workloadsOfPeer(peer, network)
  if (matching.items.length > 0) return undefined
  whole(matching)
  const needed = neededBy(rule.direction, subjectsOf(policy, network), network)
  // Without its Services nobody is known to need it.
  whole({ items: [], gaps: network.inventory.gaps('Service', policy.object.metadata.namespace) })
  const miss = missOf(peer, new Set(namespaces), needed, network)
  if (miss === undefined && isOpenWorld(network)) return undefined
  const { reference } = policy
  const selector = `${peer.path}.${peer.fields.pods ?? 'podSelector'}`
  return {
    proof: 'proven',
    severity: miss?.isNeeded === true ? 'warning' : 'note',
    place: place.policyPart(reference, `${rule.direction} ${peerKey(peer)}`),
    summary: say`${reference} ${word(rule.direction === 'ingress' ? 'admits' : 'lets out to')} ${peerWords(peer)}, and there are none`,
    detail: miss === undefined ? undefined : missWords(miss, rule.direction),
    evidence: [
      ...same.flatMap((item) =>
        item.peer.pods.requirements.map((requirement) => ({
          reference,
          field: requirementField(`${item.peer.path}.${item.peer.fields.pods ?? 'podSelector'}`, requirement),
          value: requirement.values.join(', '),
        })),
      ),
      ...(miss === undefined
        ? []
        : [
            {
              reference: miss.workload.reference,
              field: keyField(labelsField(miss.workload), miss.wanted.key),
              value: miss.wanted.value,
            },
          ]),
    ],
    advice:
      miss === undefined
        ? [showCommand(reference)]
        : [
            patchCommand(
              reference,
              changeRequirement(selector, miss.requirement, miss.wanted),
              say`If ${miss.workload.reference} is meant`,
            ),
            say`That opens the rule’s ports to it.`,
          ],
  }
}

interface PeerMiss extends WorkloadMiss {
  /** It dials, or is dialled, across this policy. */
  readonly isNeeded: boolean
}

const nearTable = memoTable<readonly WorkloadMiss[]>('rules.policy.near')

/** The workload that is meant: one that is needed and misses by one label, else one that is misspelt. */
function missOf(
  peer: PodsPeer,
  namespaces: ReadonlySet<string>,
  needed: ReadonlyMap<string, Workload>,
  network: Network,
): PeerMiss | undefined {
  const near = network.inventory.memo.get(nearTable, peerKey(peer), () =>
    nearWorkloads(
      peer.pods,
      [...namespaces].flatMap((namespace) => whole(network.workloads.in(namespace))),
    ),
  )
  const both = near.find(({ workload }) => needed.has(workload.key))
  if (both !== undefined) return { ...both, isNeeded: true }
  for (const workload of needed.values()) {
    const requirement = onlyMissing(peer.pods, workload.labels)
    const seen = requirement === undefined ? undefined : workload.labels[requirement.key]
    if (requirement === undefined || seen === undefined || !namespaces.has(workload.namespace)) continue
    const wanted = { key: requirement.key, value: seen }
    return { workload, requirement, wanted, distance: Number.POSITIVE_INFINITY, isNeeded: true }
  }
  return near[0] === undefined ? undefined : { ...near[0], isNeeded: false }
}

function missWords({ workload, requirement, wanted, isNeeded: needed }: PeerMiss, direction: string): Text {
  const asked = `${requirement.key}=${requirement.values.join(', ')}`
  const why = needed
    ? word(
        direction === 'ingress'
          ? ', dials the pods of this policy'
          : ', is dialled by the pods of this policy',
      )
    : []
  return say`${workload.reference}${why}${word(needed ? ' and has' : ' has')} ${wanted.key}=${wanted.value}, not ${asked}.`
}
