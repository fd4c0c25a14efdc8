import { type PatchOperation, pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import type { Parent } from '../../network/routes/gateway/parents.ts'
import type { GatewayRoute, ParentReference } from '../../snapshot/kinds/gateway-route.ts'
import type { Listener } from '../../snapshot/kinds/listener.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { nearest } from '../similar.ts'
import { listed, say, type Text } from '../text.ts'
import {
  acceptedEvidence,
  consequence,
  parentDraft,
  parentReference,
  type Refused,
  refusedParents,
} from './refusals.ts'

export default defineRule({
  id: 'gateway/section-name-unmatched',
  title: 'Route that asks for a listener that its Gateway does not have',
  subject: 'GatewayRoute',
  severity: 'error',
  explains: ['not-attached'],
  docs: {
    means:
      'The Gateway is there, and none of its listeners is meant: the route is not attached (reason NoMatchingParent).',
    why: 'The listener was renamed or removed, `sectionName` is mistyped, or `port` is the port of the pods or of the load balancer.',
    proof:
      '`sectionName` and `port` of the parentRef and the listeners of the Gateway, or of the ListenerSet that is named; both ' +
      'have to be met by one listener.',
    fix: 'Write the name of a listener that exists, or leave it out: then every listener is asked.',
    falseAlarmWhen:
      'Another parentRef of the route attaches: then it is a warning. Listeners of ListenerSets belong to those, and are not ' +
      'meant by the name of a Gateway.',
  },
  check: (route, network) =>
    refusedParents(route, 'no-matching-parent', network).map((refused) => draft(route, refused, network)),
})

function draft(route: GatewayRoute, refused: Refused, network: Network): FindingDraft {
  const { parent } = refused
  const by = referenceTo(route)
  const named = parentReference(parent)
  const listeners = listenersOf(parent)
  return {
    ...parentDraft(route, refused, network),
    summary: say`${by} asks for ${wanted(parent.reference)} of ${named}, which only has ${listed(listeners.slice(0, 4).map(shown))}: ${consequence(route)}`,
    evidence: [
      { reference: by, field: `${parent.field}.sectionName`, value: parent.reference.sectionName },
      { reference: by, field: `${parent.field}.port`, value: parent.reference.port },
      ...listeners.slice(0, 6).map((listener, index) => ({
        reference: named,
        field: `spec.listeners[${index}].name`,
        value: listener.name,
      })),
      ...acceptedEvidence(route, refused),
    ],
    ...remedy(route, parent, listeners),
  }
}

const listenersOf = ({ set, gateway }: Parent): readonly Listener[] =>
  set?.spec.listeners ?? gateway?.spec.listeners ?? []

const shown = ({ name, port }: Listener): Text => say`${name} (port ${port})`

function wanted({ sectionName, port }: ParentReference): Text {
  if (sectionName === undefined) return say`a listener on port ${port ?? 0}`
  return port === undefined ? say`listener ${sectionName}` : say`listener ${sectionName} on port ${port}`
}

function remedy(
  route: GatewayRoute,
  { field, reference }: Parent,
  listeners: readonly Listener[],
): Pick<FindingDraft, 'fix' | 'advice'> {
  const meant = meantBy(reference, listeners)
  const index = Number(/\d+/.exec(field)?.[0] ?? 0)
  const path = (key: string): string => pointer('spec', 'parentRefs', index, key)
  if (meant === undefined)
    return {
      advice: [
        say`write the name of a listener, or leave sectionName and port out to be attached to all that fit`,
      ],
    }
  const operations: readonly PatchOperation[] = [
    ...(reference.sectionName !== undefined && reference.sectionName !== meant.name
      ? [{ op: 'replace' as const, path: path('sectionName'), value: meant.name }]
      : []),
    ...(reference.port !== undefined && reference.port !== meant.port
      ? [{ op: 'replace' as const, path: path('port'), value: meant.port }]
      : []),
  ]
  return { fix: { edits: [{ kind: 'patch', reference: referenceTo(route), operations }] } }
}

/** The listener of that name on another port, the nearest name, or the only one. */
function meantBy(
  { sectionName, port }: ParentReference,
  listeners: readonly Listener[],
): Listener | undefined {
  const same = listeners.find(({ name }) => name === sectionName)
  if (same !== undefined) return same
  const onPort = listeners.filter((listener) => listener.port === port)
  if (onPort.length === 1) return onPort[0]
  const [best, second] = nearest(
    sectionName ?? '',
    listeners.map(({ name }) => name),
  )
  if (best !== undefined && second === undefined) return listeners.find(({ name }) => name === best)
  return listeners.length === 1 ? listeners[0] : undefined
}
