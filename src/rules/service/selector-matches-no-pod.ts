import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { controllerOf } from '../../network/workloads/owners.ts'
import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { type Gap, type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say, type Text, word } from '../text.ts'
import { keyField } from './fields.ts'
import { isRevisionKey, isRoleKey } from './runtime-labels.ts'
import { whyEmpty } from './why-empty.ts'

export default defineRule({
  id: 'service/selector-matches-no-pod',
  title: 'Selector that matches no pod',
  subject: 'Service',
  severity: 'error',
  explains: ['no-endpoints'],
  over: ['service/webhook-backend-unavailable', 'service/apiservice-unavailable'],
  docs: {
    means:
      'The Service has no endpoint. Every connection to it is refused at once, and a proxy in front answers 503.',
    why: 'The application was removed or never deployed here, or its labels were changed altogether.',
    proof:
      '`spec.selector` compared with the labels of all pods and pod templates of its namespace: none has them all, and none is near.',
    fix: 'Correct the selector, deploy the application, or remove the Service and what refers to it.',
    falseAlarmWhen:
      'Never for a Service without selector or an ExternalName. A Service that a controller owns, or whose selector ' +
      'holds a hash that a rollout controller writes, is only noted.',
  },
  check(service, network) {
    const empty = whyEmpty(service, network)
    const selector = selectorOf(service)
    if (selector === undefined) return undefined
    if (empty?.kind === 'unread') return unread(service, selector, empty.gaps)
    if (empty?.kind !== 'nothing') return undefined
    const reference = referenceTo(service)
    const owner = controllerOf(service)
    const revision = Object.keys(selector).find(isRevisionKey)
    const isManaged = owner !== undefined || revision !== undefined
    return {
      proof: 'proven',
      severity: isManaged ? 'note' : 'error',
      place: place.service(service),
      summary: say`${reference} selects nothing: no pod or workload in its namespace has ${pairs(selector)}`,
      detail: detail(service, selector, empty.elsewhere, network),
      evidence: evidence(service, selector),
      advice: isManaged
        ? [say`Its selector is written by a controller: look there first.`]
        : advice(service, network),
    }
  },
})

/** The pods are known and none matches; what would match may be a workload that was not read. */
function unread(service: Service, selector: TextMap, gaps: readonly Gap[]): FindingDraft {
  const reference = referenceTo(service)
  const missing = gaps.map(({ kind, permission }) => permission ?? `list of kind ${kind}`)
  return {
    proof: 'proven',
    place: place.service(service),
    summary: say`${reference} has no endpoint: no pod in its namespace has ${pairs(selector)}`,
    detail: say`Whether a workload would make such pods is not known; not read: ${[...new Set(missing)].join(', ')}.`,
    evidence: evidence(service, selector),
    advice: [say`kubectl -n ${service.metadata.namespace ?? ''} get pods --show-labels`],
  }
}

function evidence(service: Service, selector: TextMap): FindingDraft['evidence'] {
  const reference = referenceTo(service)
  return Object.entries(selector).map(([key, value]) => ({
    reference,
    field: keyField('spec.selector', key),
    value,
  }))
}

function pairs(selector: TextMap): Text {
  return listed(Object.entries(selector).map(([key, value]) => say`${`${key}=${value}`}`))
}

/** Which of several pairs nobody wears, an absent leader, and who wears the labels in other namespaces. */
function detail(
  service: Service,
  selector: TextMap,
  elsewhere: readonly Pod[],
  network: Network,
): Text | undefined {
  const namespace = service.metadata.namespace ?? ''
  const entries = Object.entries(selector)
  const perPair = entries.map(([key, value]) => {
    const pods = network.inventory.select('Pod', namespace, { [key]: value }).items.length
    return say`${`${key}=${value}`} is on ${counted(pods, 'pod')}`
  })
  const role = entries.map(([key]) => key).find(isRoleKey)
  const sentences: Text[] = [
    ...(entries.length > 1 ? [say`Of them, ${listed(perPair)}.`] : []),
    ...(role === undefined
      ? []
      : [
          say`Operators of active/passive sets write ${role} on the pod that leads: there may be no leader now.`,
        ]),
    ...mention(elsewhere),
  ]
  return sentences.length === 0 ? undefined : joined(sentences)
}

function mention(pods: readonly Pod[]): readonly Text[] {
  const namespaces = [...new Set(pods.map((pod) => pod.metadata.namespace ?? ''))].sort().slice(0, 3)
  if (namespaces.length === 0) return []
  return [
    say`Pods with these labels run in ${listed(namespaces.map((name) => say`${name}`))}; a Service selects only in its own namespace.`,
  ]
}

function joined(sentences: readonly Text[]): Text {
  return sentences.flatMap((sentence, index) => (index === 0 ? sentence : [...say` `, ...sentence]))
}

function advice(service: Service, network: Network): readonly Text[] {
  const { name, namespace = '' } = service.metadata
  const unserved = withoutService(namespace, network)
  return [
    ...(unserved.length === 0
      ? []
      : [
          say`No Service selects ${listed(unserved.map((item) => say`${item}`))}: is ${word(unserved.length === 1 ? 'it' : 'one of them')} meant?`,
        ]),
    say`kubectl -n ${namespace} get pods --show-labels`,
    say`kubectl -n ${namespace} edit service ${name}`,
  ]
}

/** Servers of the namespace that stand behind no Service; at most three. */
function withoutService(namespace: string, network: Network): readonly ObjectReference[] {
  return whole(network.workloads.in(namespace))
    .filter(({ reference }) => reference.kind === 'Deployment' || reference.kind === 'StatefulSet')
    .filter((workload) => network.services.selecting(workload).items.length === 0)
    .filter(({ spec }) => spec.containers.some(({ ports }) => ports.length > 0))
    .map(({ reference }) => reference)
    .slice(0, 3)
}
