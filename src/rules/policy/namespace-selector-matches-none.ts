import type { Network } from '../../network/network.ts'
import { nameLabel } from '../../network/policy/endpoint.ts'
import { matchNamespace } from '../../network/policy/match.ts'
import type { Selector } from '../../network/policy/selector.ts'
import { place } from '../../network/traffic/place.ts'
import type { Namespace } from '../../snapshot/kinds/namespace.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { keyField } from '../service/fields.ts'
import { counted, say, type Text, word } from '../text.ts'
import { isOpenWorld, namespacesIn } from './matching.ts'
import { type NamespacePeer, namespacePeers, peersWith, policiesOf } from './namespace-peers.ts'
import { labelMiss, onlyMissing } from './near-labels.ts'
import { isRouted, subjectsOf } from './needed-flows.ts'
import { changeRequirement, patchCommand } from './patches.ts'
import { peerKey } from './peers.ts'
import { policyNames, requirementField, selectorKey, selectorWords } from './selector-words.ts'

export default defineRule({
  id: 'policy/namespace-selector-matches-none',
  title: 'namespaceSelector that matches no namespace',
  subject: 'NetworkPolicy',
  severity: 'warning',
  docs: {
    means: 'Items of `from` or `to` with this selector admit nobody: no namespace has the labels.',
    why:
      'The rule relies on a label that somebody has to set on the namespace by hand, and nobody did, or the namespace was ' +
      'made again without it.',
    proof: 'The selector compared with the labels of every Namespace object.',
    fix: 'Select by `kubernetes.io/metadata.name`, which every namespace has.',
    falseAlarmWhen:
      'An allow rule may be for a component that is not installed: unless a namespace of that name, or a label one slip ' +
      'away, is there, or routes lead to the pods and the label names a proxy, it is only a note, and among manifests nothing is said. Silent where another item of the same rule ' +
      'takes the namespace in by its other label.',
  },
  check(policy, network) {
    const canonicals = new Set(namespacePeers(policy).map(({ selector }) => selector.canonical))
    const namespace = policy.object.metadata.namespace ?? ''
    return [...canonicals].flatMap(
      (canonical) => checkSelector(peersWith(namespace, canonical, network), network) ?? [],
    )
  },
})

function checkSelector(peers: readonly NamespacePeer[], network: Network): FindingDraft | undefined {
  const [first] = peers
  const policies = policiesOf(peers)
  if (first === undefined || policies === undefined) return undefined
  const { selector } = first
  if (namespacesIn({ selector }, network).length > 0) return undefined
  const meant = meantNamespace(selector, network)
  if (meant === undefined && isOpenWorld(network)) return undefined
  if (meant !== undefined && peers.every((peer) => isTakenIn(peer, meant.namespace, network)))
    return undefined
  const isAwaited = isForRoutes(peers, network)
  const references = policies.map(({ reference }) => reference)
  const [about] = references
  return {
    proof: 'proven',
    severity: meant === undefined && !isAwaited ? 'note' : 'warning',
    about,
    place: place.policyPart(policies[0].reference, `namespaces ${selectorKey(selector)}`),
    alsoAt: peers.map(({ rule, peer }) =>
      place.policyPart(rule.policy.reference, `${rule.direction} ${peerKey(peer)}`),
    ),
    summary: say`No namespace has ${selectorWords(selector)}, which ${policyNames(references)} ${word(references.length === 1 ? 'asks' : 'ask')} for`,
    detail: meant?.words ?? (isAwaited ? awaited : undefined),
    evidence: [
      ...peers.flatMap((peer) =>
        selector.requirements.map((requirement) => ({
          reference: peer.rule.policy.reference,
          field: requirementField(peer.field, requirement),
          value: requirement.values.join(', '),
        })),
      ),
      ...(meant === undefined
        ? []
        : [
            {
              reference: referenceTo(meant.namespace),
              field: keyField('metadata.labels', meant.wanted.key),
              value: meant.namespace.metadata.labels[meant.wanted.key],
            },
          ]),
    ],
    advice: advice(peers, meant, selector),
  }
}

const awaited = say`Routes lead to the pods of these policies, and the proxy that serves them is not admitted by this.`

/** Names of ingress and gateway proxies, and of what they are called by. */
const proxies = /ingress|gateway|nginx|traefik|haproxy|contour|envoy|istio|kong/i

/** Whether the selector seems to mean the proxy of a route that leads to the pods: then somebody waits for it. */
function isForRoutes(peers: readonly NamespacePeer[], network: Network): boolean {
  return peers.some(
    ({ rule, selector }) =>
      rule.direction === 'ingress' &&
      selector.requirements.some(({ values }) => values.some((value) => proxies.test(value))) &&
      subjectsOf(rule.policy, network).some((subject) => isRouted(subject, network)),
  )
}

interface Meant {
  readonly namespace: Namespace
  readonly wanted: { readonly key: string; readonly value: string }
  readonly words: Text
}

/** The namespace that the selector seems to mean: one of that name, or one whose label is a slip away. */
function meantNamespace(selector: Selector, network: Network): Meant | undefined {
  const namespaces = network.inventory.list('Namespace').items
  for (const namespace of namespaces) {
    const { name, labels } = namespace.metadata
    const missing = onlyMissing(selector, { ...labels, [nameLabel]: name })
    if (missing === undefined || !missing.values.includes(name)) continue
    const words = say`${referenceTo(namespace)} is there, without label ${missing.key}.`
    return { namespace, wanted: { key: nameLabel, value: name }, words }
  }
  for (const namespace of namespaces) {
    const { name, labels } = namespace.metadata
    const miss = labelMiss(selector, { ...labels, [nameLabel]: name })
    if (miss === undefined) continue
    const words = say`${referenceTo(namespace)} has ${miss.wanted.key}=${miss.wanted.value}.`
    return { namespace, wanted: miss.wanted, words }
  }
  return undefined
}

/** Whether another item of the same rule takes the namespace in: two labels for one namespace are a fallback. */
function isTakenIn({ rule, peer }: NamespacePeer, { metadata }: Namespace, network: Network): boolean {
  if (rule.peers === 'all') return true
  const facts = network.policy.namespace(metadata.name)
  return rule.peers.some(
    (other) => other !== peer && other.is === 'pods' && matchNamespace(other.namespaces, facts).is === 'yes',
  )
}

function advice(
  peers: readonly NamespacePeer[],
  meant: Meant | undefined,
  selector: Selector,
): readonly Text[] {
  if (meant === undefined)
    return [
      say`Select by name, which needs no label: ${nameLabel}: NAMESPACE`,
      say`kubectl get namespaces --show-labels`,
    ]
  const { namespace, wanted } = meant
  const missing = onlyMissing(selector, {
    ...namespace.metadata.labels,
    [nameLabel]: namespace.metadata.name,
  })
  if (missing === undefined) return []
  const patches = [...Map.groupBy(peers, ({ rule }) => rule.policy)].map(([policy, group]) =>
    patchCommand(
      policy.reference,
      group.flatMap(({ field, selector: own }) => {
        const requirement = own.requirements.find(({ key }) => key === missing.key) ?? missing
        return changeRequirement(field, requirement, wanted)
      }),
    ),
  )
  return [
    ...patches,
    say`That opens the ports of ${counted(peers.length, 'rule')} to namespace ${namespace.metadata.name}.`,
  ]
}
