import { type Edit, pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import type { ListenerVerdict } from '../../network/routes/gateway/parents.ts'
import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import type { LabelSelector } from '../../snapshot/kinds/kind.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import {
  acceptedEvidence,
  consequence,
  listenerNames,
  parentDraft,
  parentReference,
  type Refused,
  refusedParents,
  refusing,
} from './refusals.ts'

export default defineRule({
  id: 'gateway/route-namespace-not-allowed',
  title: 'Route from a namespace that its Gateway does not admit',
  subject: 'GatewayRoute',
  severity: 'error',
  explains: ['not-attached'],
  docs: {
    means:
      'The listener takes routes of other namespaces only: the route is not attached (reason NotAllowedByListeners).',
    why: 'Without `allowedRoutes` a listener takes routes of its own namespace alone; or the namespace lacks the label that the selector asks for.',
    proof:
      '`allowedRoutes.namespaces` of the listeners that the parentRef means: `from` (Same where nothing is said), and the ' +
      'selector compared with the labels of the Namespace, not of the route.',
    fix: 'Admit the namespace at the listener, or give the Namespace the label; whoever owns the Gateway decides.',
    falseAlarmWhen:
      'Another listener takes the route: then it is silent; another parentRef does: then it is a warning. Where the labels of ' +
      'the Namespace may not be read it is unknown, unless only its name is asked for.',
  },
  check: (route, network) =>
    refusedParents(route, 'namespace-not-allowed', network).map((refused) => draft(route, refused, network)),
})

function draft(route: GatewayRoute, refused: Refused, network: Network): FindingDraft {
  const { parent } = refused
  const by = referenceTo(route)
  const { namespace = '' } = route.metadata
  const refusals = refusing(parent, 'namespace-not-allowed')
  const [first] = refusals
  return {
    ...parentDraft(route, refused, network),
    summary: say`${by} lies in namespace ${namespace}, and ${listenerNames(refusals)} of ${parentReference(parent)} ${refusals.length === 1 ? say`takes` : say`take`} routes ${first === undefined ? say`of other namespaces` : admitted(first)}: ${consequence(route)}`,
    evidence: [
      { reference: by, field: 'metadata.namespace', value: namespace },
      ...refusals.slice(0, 4).map(fromEvidence),
      ...acceptedEvidence(route, refused),
    ],
    ...remedy(namespace, refusals, network),
  }
}

const allowedOf = ({ bound }: ListenerVerdict) => bound.listener.allowedRoutes?.namespaces

function admitted(verdict: ListenerVerdict): Text {
  const { from = 'Same', selector } = allowedOf(verdict) ?? {}
  const own = verdict.bound.owner.metadata.namespace ?? ''
  if (from !== 'Selector') return say`of namespace ${own} only`
  return selector === undefined
    ? say`of no namespace: its selector is missing`
    : say`of namespaces with ${selectorText(selector)} only`
}

/** As people write it on a command line: `team=shop,tier in (a,b),!legacy`. */
function selectorText({ matchLabels, matchExpressions }: LabelSelector): string {
  const all = [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values }) => {
      if (operator === 'Exists') return key
      if (operator === 'DoesNotExist') return `!${key}`
      return `${key} ${operator.toLowerCase()} (${values.join(',')})`
    }),
  ]
  return all.length === 0 ? 'any label' : all.join(',')
}

function fromEvidence(verdict: ListenerVerdict): Evidence {
  const { bound } = verdict
  return {
    reference: referenceTo(bound.owner),
    field: `${bound.field}.allowedRoutes.namespaces.from`,
    value: allowedOf(verdict)?.from,
  }
}

function remedy(
  namespace: string,
  refusals: readonly ListenerVerdict[],
  network: Network,
): Pick<FindingDraft, 'fix' | 'advice'> {
  const [only] = refusals
  if (only === undefined || refusals.length > 1)
    return {
      advice: [say`admit namespace ${namespace} in allowedRoutes.namespaces of the listener that is meant`],
    }
  const { from = 'Same', selector } = allowedOf(only) ?? {}
  const edit = from === 'Selector' ? labelEdit(namespace, selector, network) : admitEdit(namespace, only)
  return edit === undefined
    ? { advice: [say`change the selector of the listener, or the labels of namespace ${namespace}`] }
    : { fix: { edits: [edit], note: say`Whoever owns the Gateway decides which namespaces may use it.` } }
}

/** Admits this one namespace beside the Gateway's own. */
function admitEdit(namespace: string, { bound }: ListenerVerdict): Edit {
  const { owner, listener, field } = bound
  const index = Number(/\d+/.exec(field)?.[0] ?? 0)
  const own = owner.metadata.namespace ?? ''
  const key = 'kubernetes.io/metadata.name'
  const selector = { matchExpressions: [{ key, operator: 'In', values: [own, namespace].sort() }] }
  const namespaces = { from: 'Selector', selector }
  const at = ['spec', 'listeners', index, 'allowedRoutes'] as const
  const operation =
    listener.allowedRoutes === undefined
      ? { op: 'add' as const, path: pointer(...at), value: { namespaces } }
      : { op: 'add' as const, path: pointer(...at, 'namespaces'), value: namespaces }
  return { kind: 'patch', reference: referenceTo(owner), operations: [operation] }
}

/** Gives the Namespace the labels that a plain selector asks for. */
function labelEdit(
  namespace: string,
  selector: LabelSelector | undefined,
  network: Network,
): Edit | undefined {
  const object = network.inventory.get('Namespace', '', namespace).items[0]
  if (object === undefined || selector === undefined || selector.matchExpressions.length > 0) return undefined
  const missing = Object.entries(selector.matchLabels).filter(
    ([key, value]) => object.metadata.labels[key] !== value,
  )
  const operations = missing.map(([key, value]) => ({
    op: 'add' as const,
    path: pointer('metadata', 'labels', key),
    value,
  }))
  return { kind: 'patch', reference: referenceTo(object), operations }
}
