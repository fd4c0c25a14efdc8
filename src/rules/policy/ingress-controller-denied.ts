import { type Edit, pointer } from '../../network/edit.ts'
import { clientWorkloads } from '../../network/flows/client-pods.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { nameLabel } from '../../network/policy/endpoint.ts'
import { isRouted } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { keyField } from '../service/fields.ts'
import { counted, listed, say, type Text, word } from '../text.ts'
import { isolationEvidence, peerPlaces } from './denial-finding.ts'
import { mending } from './denial-fix.ts'
import { actualWords, names, targetWords, wantedWords } from './denial-words.ts'
import { undecided } from './denials.ts'
import { type DenialGroup, destinationKey } from './denied-group.ts'
import { type ProxyDenials, proxyDenialsOf } from './proxy-denials.ts'

export default defineRule({
  id: 'policy/ingress-controller-denied',
  title: 'Network policies do not let the proxy of a route through to its backend',
  subject: 'Connection',
  severity: 'error',
  explains: ['ingress-denied', 'egress-denied'],
  over: [
    'policy/peer-selects-no-pod',
    'policy/default-deny-without-allow',
    'policy/and-or-peer-slip',
    'policy/namespace-selector-matches-none',
    'policy/hostnetwork-peer-unmatchable',
    'policy/except-removes-needed-range',
    'policy/ipblock-targets-service-range',
    'policy/ipblock-targets-pod-range',
    'policy/ipblock-pins-pod-ip',
  ],
  docs: {
    means:
      'The proxy that serves the Ingress or Gateway dials pods that drop its packets: clients get 504 after its time limits, or no answer before they give up.',
    why: 'A default deny without an allow for the proxy, an allow that names a label which was to be set by hand on its namespace, or a proxy that was replaced by another in another namespace.',
    proof:
      'The pods of the controller, known by their image, with their real labels and namespace, against every policy that selects the backend’s pods.',
    fix: 'Admit the namespace of the proxy by `kubernetes.io/metadata.name`, which every namespace has, and the pods by their labels.',
    falseAlarmWhen:
      'The controller is not known or runs outside of the cluster, its pods are on the host network (then it is up to the plugin), a policy was not read, or nothing enforces policies: then it is silent or unknown.',
  },
  check({ connection }, network) {
    if (!isRouted(connection.client)) return undefined
    for (const direction of ['ingress', 'egress'] as const)
      whole({ items: [], gaps: undecided(connection, direction, network) })
    return proxyDenialsOf(connection, network).flatMap((found) => draftOf(found, network) ?? [])
  },
})

function draftOf({ groups, connections }: ProxyDenials, network: Network): FindingDraft | undefined {
  const [group] = groups
  const [first] = group?.denials ?? []
  if (group === undefined || first === undefined) return undefined
  const denials = groups.flatMap((item) => item.denials)
  const [proxy] = clientWorkloads(first.connection.client)
  const where = proxy === undefined ? word('The proxy') : say`${proxy.reference} in ${proxy.namespace}`
  const targets = [
    ...new Map(denials.map((denial) => [denial.place.split(' ').at(-1), targetWords(denial)])).values(),
  ]
  const routes = new Set(connections.map(({ client }) => client.kind === 'route' && client.backend.by.name))
  return {
    proof: 'likely',
    about: group.policy,
    place: place.policyPart(group.policy, `${first.direction} proxies ${proxy?.key ?? ''}`),
    alsoAt: [
      ...groups.flatMap((item) => peerPlaces(item, network)),
      ...denials.map((denial) => denial.place),
      ...groups
        .filter((item) => failingOf(item).length === 0)
        .flatMap(({ policy, denials: own }) =>
          own.map((denial) => place.policyPart(policy, `into ${destinationKey(denial)}`)),
        ),
    ],
    summary: say`${where} serves ${counted(routes.size, 'route')} and may not connect to ${names(targets)}: ${reasonWords(group, groups, first.direction)}`,
    detail: say`Its packets are dropped, so a client waits for the proxy's time limit and gets 504, or gives up before.`,
    evidence: [...policyEvidence(groups), ...namespaceEvidence(group, proxy?.namespace, network)],
    ...(admitNamespace(groups, proxy) ?? mending({ ...group, denials }, network)),
  }
}

/**
 * Where rules mean the proxy by a label of its namespace, and it has another: one more peer in each, by the label that
 * every namespace has.
 */
function admitNamespace(
  groups: readonly DenialGroup[],
  proxy: Workload | undefined,
): Pick<FindingDraft, 'fix'> | undefined {
  if (proxy === undefined) return undefined
  const peer = { namespaceSelector: { matchLabels: { [nameLabel]: proxy.namespace } } }
  const edits = groups.flatMap(({ policy, kind }): readonly Edit[] => {
    const failing = kind.is === 'plain' ? (kind.miss?.failing ?? []) : []
    const [, direction, rule, side] = /^spec\.(\w+)\[(\d+)\]\.(from|to)\[/.exec(failing[0]?.field ?? '') ?? []
    if (failing.length === 0 || failing.some(({ is }) => is !== 'namespaceSelector')) return []
    if (direction === undefined || rule === undefined || side === undefined) return []
    const path = pointer('spec', direction, Number(rule), side, '-')
    return [{ kind: 'patch', reference: policy, operations: [{ op: 'add', path, value: peer }] }]
  })
  if (edits.length !== groups.length) return undefined
  return {
    fix: {
      edits,
      note: say`Admits the namespace of the proxy by its name, beside the label that somebody has to set by hand.`,
    },
  }
}

function failingOf({ kind }: DenialGroup) {
  return kind.is === 'cluster-policy' ? [] : (kind.miss?.failing ?? [])
}

function reasonWords(
  group: DenialGroup,
  groups: readonly DenialGroup[],
  direction: 'ingress' | 'egress',
): Text {
  const failing = failingOf(group)
  const policies = listed(groups.map(({ policy }) => say`${policy}`))
  if (failing.length === 0)
    return say`${policies} ${word(direction === 'ingress' ? 'isolates the pods and admits it by no rule' : 'isolates it and has no rule for them')}`
  return say`${policies} ${word(groups.length === 1 ? 'admits' : 'admit')} ${wantedWords(failing)}, and here it is ${actualWords(failing)}`
}

function policyEvidence(groups: readonly DenialGroup[]): readonly Evidence[] {
  return groups.flatMap((group) => {
    const failing = failingOf(group)
    return failing.length === 0
      ? isolationEvidence(group)
      : failing.map(({ field, wanted }) => ({ reference: group.policy, field, value: wanted }))
  })
}

/** The label of the proxy's namespace that a rule asks for, as it is. */
function namespaceEvidence(
  group: DenialGroup,
  namespace: string | undefined,
  network: Network,
): readonly Evidence[] {
  if (namespace === undefined) return []
  const [found] = network.inventory.get('Namespace', '', namespace).items
  if (found === undefined) return []
  return failingOf(group).flatMap(({ is, wanted }) => {
    const [, key] = /^!?([^=! ]+)/.exec(wanted) ?? []
    if (is !== 'namespaceSelector' || key === undefined) return []
    return [
      {
        reference: referenceTo(found),
        field: keyField('metadata.labels', key),
        value: found.metadata.labels[key],
      },
    ]
  })
}
