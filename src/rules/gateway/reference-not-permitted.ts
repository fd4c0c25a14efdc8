import type { Network } from '../../network/network.ts'
import { gatewayGroup } from '../../network/routes/gateway/grants.ts'
import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import type { ReferenceGrant } from '../../snapshot/kinds/reference-grant.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text, word } from '../text.ts'
import {
  type FaultyBackend,
  faultyBackends,
  placesOf,
  severityOf,
  shareText,
  whatClientsGet,
} from './faulty-backends.ts'
import { grantEdit } from './grant-edit.ts'
import { contradiction, proofOf, saidEvidence, saidOf } from './route-status.ts'

export default defineRule({
  id: 'gateway/reference-not-permitted',
  title: 'Route to another namespace without a ReferenceGrant',
  subject: 'GatewayRoute',
  severity: 'error',
  explains: ['backend-not-permitted'],
  over: ['gateway/backend-service-missing', 'gateway/backend-port-missing'],
  docs: {
    means:
      'A Gateway does not send requests to an object of another namespace unless that namespace permits it: clients get 500, ' +
      'although Service and pods are well.',
    why: 'The route was moved, or a Service of another team was named, and the ReferenceGrant was forgotten or names another kind or namespace.',
    proof:
      '`backendRefs[].namespace` is not the namespace of the route, and no ReferenceGrant of that namespace has a `from` with ' +
      'group, kind and namespace of the route together with a `to` with kind and name of the backend.',
    fix: 'Create a ReferenceGrant in the namespace of the backend; its owner has to agree.',
    falseAlarmWhen:
      'Backends of the same namespace need none, and a `to` without name permits every name. Where the ReferenceGrants may ' +
      'not be read it is unknown.',
  },
  check(route, network) {
    const faulty = faultyBackends(route, 'backend-not-permitted', network)
    const groups = Map.groupBy(faulty, ({ namespace, reference }) => `${namespace}/${reference.name}`)
    return [...groups.values()].flatMap((group) => draft(route, group, network))
  },
})

function draft(
  route: GatewayRoute,
  group: readonly FaultyBackend[],
  network: Network,
): readonly FindingDraft[] {
  const [first] = group
  if (first === undefined) return []
  const by = referenceTo(route)
  const target = targetOf(first)
  const [at = '', ...more] = placesOf(route, group)
  const said = saidOf(route, 'ResolvedRefs', network)
  const share = shareText(route, group)
  const from = { group: gatewayGroup, kind: route.kind, namespace: route.metadata.namespace ?? '' }
  const to = { group: first.reference.group ?? '', kind: target.kind, name: target.name }
  const edit = grantEdit(from, { ...to, namespace: first.namespace }, network)
  return [
    {
      proof: proofOf(said),
      severity: severityOf(route, network),
      place: at,
      alsoAt: more,
      summary: say`${by} sends ${share ?? word('requests')} to ${target} in namespace ${first.namespace}, and no ReferenceGrant there permits it: ${whatClientsGet(route.kind)}`,
      detail: contradiction(said) ?? nearMiss(first, network),
      evidence: [
        ...group.map(({ field, reference }) => ({
          reference: by,
          field: `${field}.namespace`,
          value: reference.namespace,
        })),
        ...grantsOf(first.namespace, network).flatMap((grant) =>
          grant.spec.from.map(({ kind, namespace }, index) => ({
            reference: referenceTo(grant),
            field: `spec.from[${index}]`,
            value: `${kind} of ${namespace}`,
          })),
        ),
        ...saidEvidence(route, said),
      ],
      fix: {
        edits: [edit],
        note: say`Namespace ${first.namespace} gives away the right to decide who may send requests to ${target}: ask its owner.`,
      },
    },
  ]
}

function targetOf({ namespace, reference }: FaultyBackend): ObjectReference {
  const { group = '', kind = 'Service', name } = reference
  return { apiVersion: group === '' ? 'v1' : group, kind, namespace, name }
}

const grantsOf = (namespace: string, network: Network): readonly ReferenceGrant[] =>
  network.inventory.list('ReferenceGrant', namespace).items.slice(0, 3)

function nearMiss({ namespace }: FaultyBackend, network: Network): Text | undefined {
  const count = network.inventory.list('ReferenceGrant', namespace).items.length
  if (count === 0) return undefined
  return count === 1
    ? say`The one ReferenceGrant of ${namespace} is for others.`
    : say`The ${count} ReferenceGrants of ${namespace} are for others.`
}
