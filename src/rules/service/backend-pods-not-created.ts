import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { isReady } from '../../network/workloads/pods.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { lasting } from '../ages.ts'
import type { Severity } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say, type Text, word } from '../text.ts'
import { missingNodeLabels, type NodeLabels } from './missing-node-labels.ts'
import { type Hindrance, hindranceOf, outdated } from './not-started.ts'
import { adviceFor } from './not-started-advice.ts'
import { wantedReplicas } from './wanted-replicas.ts'
import { servicesOver, whyEmpty } from './why-empty.ts'

const settlingMs = 2 * 60_000

export default defineRule({
  id: 'service/backend-pods-not-created',
  title: 'Pods behind a Service that cannot be created or scheduled',
  subject: 'Workload',
  severity: 'error',
  explains: ['no-endpoints', 'no-ready-endpoints'],
  over: [
    'service/selector-matches-no-pod',
    'service/webhook-backend-unavailable',
    'service/apiservice-unavailable',
    'endpoint/all-not-ready',
    'endpoint/some-not-ready',
    'endpoint/rollout-leaves-none-ready',
    'service/single-endpoint',
  ],
  docs: {
    means:
      'The selector is right, but pods that should stand behind the Service do not run, so it has no or fewer endpoints.',
    why: 'A quota is used up, Pod Security or a webhook refuses the template, or no node has the label, the room or the volume.',
    proof:
      'The conditions ReplicaFailure and PodScheduled, and the events FailedCreate and FailedScheduling of the workload, ' +
      'its ReplicaSets and pods; labels of nodes.',
    fix: 'What the message names: the quota, the security context, the node label, the requests.',
    falseAlarmWhen:
      'Pods that wait for a node, a volume or an address for less than two minutes are only noted. While other replicas ' +
      'serve it is a warning.',
  },
  check(workload, network) {
    if (wantedReplicas(workload) === 0 || isTask(workload)) return undefined
    const services = servicesOver(workload, network)
    if (services.length === 0) return undefined
    const hindrance = isOutdated(workload, services, network)
      ? outdated(workload)
      : hindranceOf(workload, network)
    if (hindrance === undefined) return undefined
    const empty = services.filter((service) => whyEmpty(service, network)?.kind === 'not-started')
    const labels =
      hindrance.kind === 'unscheduled' || hindrance.kind === 'no-node'
        ? missingNodeLabels(workload, network)
        : []
    const ageMs = network.inventory.ageMs(hindrance.since)
    return {
      proof: 'proven',
      severity: severityOf(workload, empty, isSettling(hindrance, ageMs)),
      about: workload.reference,
      place: place.pods(workload),
      alsoAt: empty.map(place.service),
      summary: summary(workload, hindrance, labels),
      detail: detail(hindrance, labels, ageMs),
      evidence: [...labels.map((label) => label.evidence), ...hindrance.evidence],
      advice: adviceFor(workload, hindrance, labels),
    }
  },
})

const isTask = ({ reference }: Workload): boolean => reference.kind === 'Job' || reference.kind === 'CronJob'

/** Its pods run, but a Service that fits the template fits none of them. */
function isOutdated(workload: Workload, services: readonly Service[], network: Network): boolean {
  const hasAddress = workload.pods.some(({ status }) => status.podIPs.length > 0)
  return hasAddress && services.some((service) => whyEmpty(service, network)?.kind === 'not-started')
}

function severityOf(workload: Workload, empty: readonly Service[], isSettling: boolean): Severity {
  if (isSettling) return 'note'
  if (empty.length > 0) return 'error'
  return workload.pods.some((pod) => isReady(pod) && pod.status.podIPs.length > 0) ? 'warning' : 'error'
}

function summary(
  workload: Workload,
  { kind, message, pods }: Hindrance,
  labels: readonly NodeLabels[],
): Text {
  const { reference } = workload
  const quoted = message === undefined ? word('') : say`: ${shortened(message)}`
  const wanted = counted(pods.length, 'pod')
  switch (kind) {
    case 'not-created':
      return say`Pods of ${reference} are not created${quoted}`
    case 'unscheduled':
      return labels.length === 0
        ? say`${wanted} of ${reference} cannot be scheduled${quoted}`
        : say`${wanted} of ${reference} cannot be scheduled: ${asks(labels)}`
    case 'no-node':
      return labels.length === 0
        ? say`No node takes a pod of ${reference}`
        : say`No node takes a pod of ${reference}: ${asks(labels)}`
    case 'not-set-up':
      return say`${wanted} of ${reference} cannot be started on ${word(pods.length === 1 ? 'its node' : 'their nodes')}${quoted}`
    case 'outdated':
      return say`The pods of ${reference} were made from an older template: they lack labels that the template has now`
    case 'unexplained':
      return say`${reference} wants ${word(String(wantedReplicas(workload) ?? 'its'))} pods and has none, and nothing that was read says why`
  }
}

function asks(labels: readonly NodeLabels[]): Text {
  const pairs = listed(
    labels.map(({ key, wanted }) => say`${wanted.length === 0 ? key : `${key}=${wanted.join('|')}`}`),
  )
  return say`the template asks for nodes with ${pairs}, and no node has ${word(labels.length === 1 ? 'that label' : 'those labels')}`
}

/** The scheduler repeats itself in the second half of its sentence. */
function shortened(message: string): string {
  const [first = message] = message.split(/ (?:preemption: |no new claims to deallocate)/)
  return first.replace(/[.,;\s]+$/, '')
}

/** A refusal is final until something changes; a node, a volume or an address may still come. */
function isSettling({ kind }: Hindrance, ageMs: number | undefined): boolean {
  return kind !== 'not-created' && ageMs !== undefined && ageMs < settlingMs
}

function detail(
  hindrance: Hindrance,
  labels: readonly NodeLabels[],
  ageMs: number | undefined,
): Text | undefined {
  const { kind, message } = hindrance
  const age = ageMs === undefined || ageMs >= settlingMs ? [] : [say`It began ${lasting(ageMs)} ago.`]
  if (isSettling(hindrance, ageMs)) return say`${age.flat()} It may still settle.`
  // Where the first line names the labels, it does not quote the scheduler.
  const said =
    kind === 'unscheduled' && message !== undefined && labels.length > 0
      ? [say`The scheduler says: ${message}`]
      : []
  const sentences = [...said, ...age]
  return sentences.length === 0 ? undefined : sentences.flat()
}
