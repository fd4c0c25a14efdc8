import { type Edit, pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import type { Parent } from '../../network/routes/gateway/parents.ts'
import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { nearest } from '../similar.ts'
import { listed, say } from '../text.ts'
import {
  acceptedEvidence,
  consequence,
  parentDraft,
  parentReference,
  type Refused,
  refusedParents,
} from './refusals.ts'

export default defineRule({
  id: 'gateway/parent-missing',
  title: 'Route under a Gateway that does not exist',
  subject: 'GatewayRoute',
  severity: 'error',
  explains: ['not-attached'],
  docs: {
    means:
      'No Gateway serves the route. Nobody writes a status for it either, so nothing tells of the mistake.',
    why: 'The name is mistyped, the Gateway was renamed, or it lies in another namespace and the parentRef does not say so.',
    proof:
      '`spec.parentRefs[]` and the Gateways, or ListenerSets, of the namespace that it means, read whole.',
    fix: 'Write the name and the namespace of a Gateway that exists.',
    falseAlarmWhen:
      'Parents of other kinds, such as a Service for a mesh, are not looked at. A route that another parent takes is a warning. ' +
      'Where Gateways may not be read it is unknown.',
  },
  check: (route, network) =>
    refusedParents(route, 'missing', network).map((refused) => draft(route, refused, network)),
})

function draft(route: GatewayRoute, refused: Refused, network: Network): FindingDraft {
  const { parent } = refused
  const by = referenceTo(route)
  const missing = parentReference(parent)
  return {
    ...parentDraft(route, refused, network),
    summary: say`${by} asks for ${missing} in namespace ${parent.namespace}, which does not exist: ${consequence(route)}`,
    evidence: [
      { reference: by, field: `${parent.field}.name`, value: parent.reference.name },
      { reference: by, field: `${parent.field}.namespace`, value: parent.reference.namespace },
      ...acceptedEvidence(route, refused),
    ],
    ...remedy(route, parent, network),
  }
}

/** One of that name elsewhere before one of another name here: the namespace is what is forgotten most. */
function remedy(route: GatewayRoute, parent: Parent, network: Network): Pick<FindingDraft, 'fix' | 'advice'> {
  const kind = parent.kind === 'ListenerSet' ? 'ListenerSet' : 'Gateway'
  const { name } = parent.reference
  const all = network.inventory.list(kind).items
  const elsewhere = all.filter(({ metadata }) => metadata.name === name)
  const here = all.filter(({ metadata }) => metadata.namespace === parent.namespace)
  const near = nearest(
    name,
    here.map(({ metadata }) => metadata.name),
  )
  const index = Number(/\d+/.exec(parent.field)?.[0] ?? 0)
  const path = (field: string): string => pointer('spec', 'parentRefs', index, field)
  const patch = (operation: Extract<Edit, { kind: 'patch' }>['operations'][number]) => ({
    fix: { edits: [{ kind: 'patch' as const, reference: referenceTo(route), operations: [operation] }] },
  })
  const [other] = elsewhere
  if (other !== undefined && elsewhere.length === 1) {
    const op = parent.reference.namespace === undefined ? 'add' : 'replace'
    return patch({ op, path: path('namespace'), value: other.metadata.namespace ?? '' })
  }
  const [best] = near
  if (best !== undefined && near.length === 1)
    return patch({ op: 'replace', path: path('name'), value: best })
  const places = all.slice(0, 3).map(({ metadata }) => say`${metadata.namespace ?? ''}/${metadata.name}`)
  return {
    advice: [
      places.length === 0
        ? say`create the ${parentReference(parent)}, or look for one: kubectl get gateways -A`
        : say`name one that exists (${listed(places, 'or')}), or create it`,
    ],
  }
}
