import type { Network } from '../../network/network.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say, word } from '../text.ts'
import { keyField } from './fields.ts'
import { whyEmpty } from './why-empty.ts'

export default defineRule({
  id: 'service/only-terminated-pods-match',
  title: 'Selector that matches only finished pods',
  subject: 'Service',
  severity: 'error',
  explains: ['no-endpoints'],
  over: [
    'service/selector-matches-no-pod',
    'service/webhook-backend-unavailable',
    'service/apiservice-unavailable',
  ],
  docs: {
    means:
      'Pods that succeeded or failed are no endpoints, so the Service has none and refuses every connection.',
    why: 'The selector fits the pods of a task, or the server was started as a bare pod that has ended.',
    proof: '`status.phase` of every pod that has the labels of the selector.',
    fix: 'Let the selector name the server, or run the server under a Deployment, which starts it again.',
    falseAlarmWhen:
      'The Service belongs to a Job or CronJob and is idle between runs: then it is only noted.',
  },
  check(service, network) {
    const empty = whyEmpty(service, network)
    if (empty?.kind !== 'finished') return undefined
    const isTask = empty.pods.every((pod) => isOfTask(pod, network))
    return isTask ? idle(service, empty) : ended(service, empty.pods)
  },
})

function isOfTask(pod: Pod, network: Network): boolean {
  const kind = network.workloads.ofPod(pod)?.reference.kind
  return kind === 'Job' || kind === 'CronJob'
}

/** Between two runs: nothing to answer, and nothing wrong. */
function idle(
  service: Service,
  { jobs }: { readonly jobs: readonly { readonly reference: ReturnType<typeof referenceTo> }[] },
): FindingDraft {
  const who =
    jobs.length === 0 ? word('a Job') : listed(jobs.slice(0, 3).map(({ reference }) => say`${reference}`))
  return {
    proof: 'proven',
    severity: 'note',
    place: place.service(service),
    summary: say`${referenceTo(service)} has no endpoint now: its pods are those of ${who}, which does not run at the moment`,
    evidence: selection(service),
  }
}

function ended(service: Service, pods: readonly Pod[]): FindingDraft {
  const { namespace = '' } = service.metadata
  const [first] = pods
  return {
    proof: 'proven',
    place: place.service(service),
    summary: say`${referenceTo(service)} has no endpoint: ${counted(pods.length, 'pod')} ${word(
      pods.length === 1 ? 'matches its selector and has' : 'match its selector and all have',
    )} ended (${[...new Set(pods.map((pod) => pod.status.phase ?? ''))].sort().join(', ')})`,
    detail: say`A pod that ended is no endpoint and is not started again.`,
    evidence: [
      ...selection(service),
      ...pods
        .slice(0, 3)
        .map((pod) => ({ reference: referenceTo(pod), field: 'status.phase', value: pod.status.phase })),
    ],
    advice: [
      ...(first === undefined ? [] : [say`kubectl -n ${namespace} logs ${first.metadata.name}`]),
      say`Run the server under a Deployment with these labels, or let the selector name the server that runs.`,
    ],
  }
}

function selection(service: Service): FindingDraft['evidence'] {
  const reference = referenceTo(service)
  return Object.entries(selectorOf(service) ?? {}).map(([key, value]) => ({
    reference,
    field: keyField('spec.selector', key),
    value,
  }))
}
