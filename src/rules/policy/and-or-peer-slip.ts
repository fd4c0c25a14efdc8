import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Peer, Policy, Rule } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say } from '../text.ts'
import { namespacesIn, workloadsMatching } from './matching.ts'
import { showCommand } from './patches.ts'
import { type PodsPeer, peerKey, rulesOf } from './peers.ts'
import { selectorWords } from './selector-words.ts'

export default defineRule({
  id: 'policy/and-or-peer-slip',
  title: 'Two list items where one was meant, or one for two',
  subject: 'NetworkPolicy',
  severity: 'warning',
  over: ['policy/peer-selects-no-pod'],
  docs: {
    means:
      'A `namespaceSelector` and a `podSelector` in one item must both hold; as two items either is enough, and the ' +
      '`podSelector` alone means pods of the policy’s own namespace. One dash decides. Two items for one admit every ' +
      'pod of the other namespace; one item for two admits nobody.',
    why: 'A dash too many or too few before `podSelector`.',
    proof:
      'Two neighbouring items: the one with only a `podSelector` matches nothing in the policy’s namespace and does match ' +
      'in the namespaces of the other. Or one item that matches nothing, of which each half alone matches.',
    fix: 'Join the two items into one, or split the one into two; `policy --what-if` shows who gets in or out.',
    falseAlarmWhen: 'Both items match pods, or the pods of the second item are simply not there anywhere.',
  },
  check(policy, network) {
    return rulesOf(policy).flatMap((rule) => [
      ...pairs(rule).flatMap(([where, who]) => twoForOne(policy, rule, where, who, network) ?? []),
      ...items(rule).flatMap((peer) => oneForTwo(policy, rule, peer, network) ?? []),
    ])
  },
})

function items({ peers }: Rule): readonly PodsPeer[] {
  return peers === 'all' ? [] : peers.filter((peer) => peer.is === 'pods')
}

const isWhere = (peer: Peer): peer is PodsPeer =>
  peer.is === 'pods' && peer.fields.namespaces !== undefined && peer.fields.pods === undefined

const isWho = (peer: Peer): peer is PodsPeer =>
  peer.is === 'pods' &&
  peer.fields.namespaces === undefined &&
  peer.fields.pods !== undefined &&
  peer.pods.requirements.length > 0

/** Neighbours of which one says only where, and the other only who. */
function pairs({ peers }: Rule): readonly (readonly [where: PodsPeer, who: PodsPeer])[] {
  if (peers === 'all') return []
  return peers.flatMap((peer, index) => {
    const next = peers[index + 1]
    if (next === undefined) return []
    if (isWhere(peer) && isWho(next)) return [[peer, next] as const]
    return isWho(peer) && isWhere(next) ? [[next, peer] as const] : []
  })
}

function twoForOne(
  policy: Policy,
  rule: Rule,
  where: PodsPeer,
  who: PodsPeer,
  network: Network,
): FindingDraft | undefined {
  const own = policy.object.metadata.namespace ?? ''
  const here = workloadsMatching(own, who.pods, network)
  if (here.items.length > 0) return undefined
  whole(here)
  const namespaces = namespacesIn(where.namespaces, network).filter((name) => name !== own)
  const there = namespaces.filter((name) => workloadsMatching(name, who.pods, network).items.length > 0)
  if (there.length === 0) return undefined
  const { reference } = policy
  const [first, second] = [where.path, who.path].sort()
  const scope =
    'name' in where.namespaces ? say`${where.namespaces.name}` : selectorWords(where.namespaces.selector)
  return {
    proof: 'likely',
    place: place.policyPart(reference, `${rule.direction} and-or ${peerKey(where)} ${peerKey(who)}`),
    alsoAt: [place.policyPart(reference, `${rule.direction} ${peerKey(who)}`)],
    summary: say`${reference} lists a namespaceSelector and a podSelector as two items; one with both was probably meant`,
    detail: say`As written, every pod of namespaces with ${scope} matches; pods with ${selectorWords(who.pods)} are not in ${own}, but in ${listed(there.slice(0, 3).map((name) => say`${name}`))}.`,
    evidence: [
      {
        reference,
        field: first ?? where.path,
        value: first === where.path ? 'namespaceSelector' : 'podSelector',
      },
      {
        reference,
        field: second ?? who.path,
        value: second === where.path ? 'namespaceSelector' : 'podSelector',
      },
    ],
    advice: [
      say`Write both selectors under one dash: then only pods with ${selectorWords(who.pods)} in those namespaces match, and ${counted(namespaces.length, 'namespace')} no longer as a whole.`,
      say`kubectl -n ${own} edit netpol ${reference.name}`,
    ],
  }
}

function oneForTwo(policy: Policy, rule: Rule, peer: PodsPeer, network: Network): FindingDraft | undefined {
  const own = policy.object.metadata.namespace ?? ''
  const isBoth = peer.fields.namespaces !== undefined && peer.fields.pods !== undefined
  if (!isBoth || peer.pods.requirements.length === 0) return undefined
  const namespaces = namespacesIn(peer.namespaces, network)
  if (namespaces.includes(own)) return undefined
  const matching = namespaces.map((name) => workloadsMatching(name, peer.pods, network))
  if (matching.some(({ items: found }) => found.length > 0)) return undefined
  const here = workloadsMatching(own, peer.pods, network).items
  const isWhereAlive = namespaces.some((name) => network.workloads.in(name).items.length > 0)
  if (here.length === 0 || !isWhereAlive) return undefined
  for (const read of matching) whole(read)
  const { reference } = policy
  return {
    proof: 'likely',
    place: place.policyPart(reference, `${rule.direction} and-or ${peerKey(peer)}`),
    alsoAt: [place.policyPart(reference, `${rule.direction} ${peerKey(peer)}`)],
    summary: say`${reference} asks for a namespace and a pod in one item, and no pod is both; two items were probably meant`,
    detail: say`Pods with ${selectorWords(peer.pods)} are in ${own}, not in ${listed(namespaces.slice(0, 3).map((name) => say`${name}`))}.`,
    evidence: [{ reference, field: peer.path, value: 'namespaceSelector and podSelector' }],
    advice: [
      say`Give podSelector a dash of its own: then ${listed(here.slice(0, 3).map(({ reference: item }) => say`${item}`))} matches, and every pod of namespace ${listed(namespaces.slice(0, 3).map((name) => say`${name}`))}.`,
      showCommand(reference),
    ],
  }
}
