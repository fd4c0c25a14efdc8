import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text, word } from '../text.ts'
import { asleepOnPurpose, autoscalerOf, replicasWriter } from './asleep-on-purpose.ts'
import { consumersOf } from './consumers.ts'
import { wantedReplicas } from './wanted-replicas.ts'
import { servicesOver, whyEmpty } from './why-empty.ts'

export default defineRule({
  id: 'service/backend-scaled-to-zero',
  title: 'Workload behind a Service that is scaled to zero',
  subject: 'Workload',
  severity: 'warning',
  explains: ['no-endpoints'],
  over: [
    'service/selector-matches-no-pod',
    'service/webhook-backend-unavailable',
    'service/apiservice-unavailable',
  ],
  docs: {
    means:
      'The Service selects the right pods and there are none. Connections are refused while replicas are 0.',
    why: 'Somebody scaled it down for maintenance, a pipeline applied `replicas: 0`, or an autoscaler was switched off.',
    proof: '`spec.replicas` of the workload; who wrote it stands in its managedFields.',
    fix: 'Scale it up: to 1, or to the minReplicas of its autoscaler.',
    falseAlarmWhen:
      'Zero is meant: KEDA, Knative, an autoscaler with minReplicas 0, annotations of a downscaler. Then it is noted. ' +
      'It is an error only when somebody refers to the Service.',
  },
  check(workload, network) {
    if (wantedReplicas(workload) !== 0 || isTask(workload)) return undefined
    const services = servicesOver(workload, network).filter((service) =>
      isEmptyThrough(service, workload, network),
    )
    if (services.length === 0) return undefined
    const reason = asleepOnPurpose(workload, network)
    const isUsed = services.some((service) => consumersOf(service, network).length > 0)
    return {
      proof: 'proven',
      severity: reason !== undefined ? 'note' : isUsed ? 'error' : 'warning',
      about: workload.reference,
      place: place.pods(workload),
      alsoAt: services.map(place.service),
      summary: say`${workload.reference} is scaled to zero (replicas 0), so ${listed(
        services.map((service) => say`${referenceTo(service)}`),
      )} ${word(services.length === 1 ? 'has' : 'have')} no endpoint`,
      detail: reason === undefined ? byWhom(workload, network) : say`That is by design: ${reason}.`,
      evidence: evidence(workload, services, network),
      ...(reason === undefined ? remedy(workload, network) : {}),
    }
  },
})

const isTask = ({ reference }: Workload): boolean => reference.kind === 'Job' || reference.kind === 'CronJob'

function isEmptyThrough(service: Service, workload: Workload, network: Network): boolean {
  const empty = whyEmpty(service, network)
  return empty?.kind === 'scaled-to-zero' && empty.workloads.some(({ key }) => key === workload.key)
}

/** The last writer of the number; and, where autoscalers were not read, that one of them may have been it. */
function byWhom(workload: Workload, network: Network): Text | undefined {
  const writer = replicasWriter(workload)?.entry
  const gap = network.inventory.gaps('HorizontalPodAutoscaler', workload.namespace)[0]
  if (writer === undefined) {
    return gap === undefined
      ? undefined
      : say`Whether an autoscaler put it there is not known: they were not read.`
  }
  const way = writer.subresource === 'scale' ? word(' (scale)') : word('')
  const when = writer.time === undefined ? word('') : say` at ${writer.time}`
  return say`replicas was last written by ${writer.manager}${way}${when}.`
}

function evidence(workload: Workload, services: readonly Service[], network: Network): readonly Evidence[] {
  const writer = replicasWriter(workload)
  const hpa = autoscalerOf(workload, network)
  return [
    { reference: workload.reference, field: 'spec.replicas', value: 0 },
    ...(writer === undefined
      ? []
      : [{ reference: workload.reference, field: writer.field, value: writer.entry.manager }]),
    ...(hpa === undefined
      ? []
      : [{ reference: referenceTo(hpa), field: 'spec.minReplicas', value: hpa.spec.minReplicas }]),
    ...services.map((service) => ({
      reference: referenceTo(service),
      field: 'spec.selector',
      value: selectorText(service),
    })),
  ]
}

function selectorText(service: Service): string {
  return Object.entries(service.spec.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

/** An owner that we cannot read is not patched: its scale command is given instead. */
function remedy(workload: Workload, network: Network): Pick<FindingDraft, 'fix' | 'advice'> {
  const replicas = Math.max(autoscalerOf(workload, network)?.spec.minReplicas ?? 1, 1)
  const { reference } = workload
  if (workload.object === undefined) return { advice: [command(reference, replicas)] }
  return {
    fix: {
      edits: [
        {
          kind: 'patch',
          reference,
          operations: [{ op: 'replace', path: '/spec/replicas', value: replicas }],
        },
      ],
    },
  }
}

function command({ kind, name, namespace }: ObjectReference, replicas: number): Text {
  return say`kubectl -n ${namespace ?? ''} scale ${kind.toLowerCase()} ${name} --replicas=${replicas}`
}
