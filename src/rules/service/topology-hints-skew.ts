import { type Edit, pointer } from '../../network/edit.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { type Endpoint, endpointName } from '../../network/services/endpoint.ts'
import { isHeadless, portText } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { isDeleting, isFinished } from '../../network/workloads/pods.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, say } from '../text.ts'
import { allConsumersOf } from './consumers.ts'
import { endpointEvidence } from './exact-evidence.ts'
import { keyField } from './fields.ts'
import { remedyOf } from './remedy.ts'

/** Below this ratio uneven is not worth a word. */
const leastSkew = 3

const annotations = ['service.kubernetes.io/topology-mode', 'service.kubernetes.io/topology-aware-hints']

export default defineRule({
  id: 'service/topology-hints-skew',
  title: 'Topology hints that load few pods',
  subject: 'ServicePort',
  severity: 'warning',
  docs: {
    means:
      'Clients reach only the pods of their own zone or node. Where clients or pods are unevenly spread, few pods take the load.',
    why: '`trafficDistribution` or a topology annotation, with more clients in one zone or fewer pods in it.',
    proof:
      'The hints in the EndpointSlices and what kube-proxy on each client’s node chooses by them, one share for each client pod.',
    fix: 'Remove the field or annotation, or spread the pods as the clients are.',
    falseAlarmWhen:
      'Never an outage: kube-proxy ignores hints unless every ready endpoint has one and one fits. Silent below a ratio of 3, ' +
      'and where no client is known.',
  },
  check({ service, port }, network) {
    if (isHeadless(service)) return undefined
    const ready = whole(network.services.ofPort(service, port)).filter((endpoint) => endpoint.ready)
    if (ready.length < 2 || ready.some(({ hints }) => hints === undefined)) return undefined
    const load = loadOf(service, port, ready, network)
    if (load === undefined) return undefined
    const total = [...load.values()].reduce((sum, share) => sum + share, 0)
    const [[busiest, most] = [undefined, 0]] = [...load].sort(([, a], [, b]) => b - a)
    const least = Math.min(...load.values())
    if (busiest === undefined || most < leastSkew * least || most * ready.length < 2 * total * (1 - 1e-9))
      return undefined
    const reference = referenceTo(service)
    const idle = [...load.values()].filter((share) => share === 0).length
    return {
      proof: 'likely',
      place: place.servicePort(service, port),
      summary: say`About ${Math.round((100 * most) / total)}% of the connections to ${reference} port ${portText(port)} go to 1 of ${counted(
        ready.length,
        'pod',
      )}, ${endpointName(busiest)}: topology hints keep clients in their zone`,
      detail:
        idle === 0
          ? undefined
          : say`${counted(idle, 'pod')} ${idle === 1 ? say`gets` : say`get`} none, because no client is where ${idle === 1 ? say`it is` : say`they are`}.`,
      evidence: evidence(service, busiest, network),
      ...remedy(service),
    }
  },
})

/** Client pods per endpoint, each client pod shared out among what its node chooses; `undefined` when no choice follows a hint. */
function loadOf(
  service: Service,
  port: ServicePort,
  ready: readonly Endpoint[],
  network: Network,
): ReadonlyMap<Endpoint, number> | undefined {
  const load = new Map(ready.map((endpoint) => [endpoint, 0]))
  const clients = new Map(
    allConsumersOf(service, network).flatMap(({ client }) =>
      client.kind === 'workload' ? [[client.workload.key, client.workload] as const] : [],
    ),
  )
  let isHinted = false
  for (const { pods } of clients.values()) {
    for (const pod of pods) {
      if (isFinished(pod) || isDeleting(pod) || pod.spec.nodeName === undefined) continue
      const { endpoints, reason } = network.services.choose(service, port, pod.spec.nodeName)
      isHinted ||= reason === 'zone-hints' || reason === 'node-hints'
      for (const endpoint of endpoints) load.set(endpoint, (load.get(endpoint) ?? 0) + 1 / endpoints.length)
    }
  }
  return isHinted ? load : undefined
}

function evidence(service: Service, busiest: Endpoint, network: Network): readonly Evidence[] {
  const reference = referenceTo(service)
  const annotation = annotations.find((key) => service.metadata.annotations[key] !== undefined)
  return [
    annotation === undefined
      ? { reference, field: 'spec.trafficDistribution', value: service.spec.trafficDistribution }
      : {
          reference,
          field: keyField('metadata.annotations', annotation),
          value: service.metadata.annotations[annotation],
        },
    ...endpointEvidence(busiest, network, 'hints', ({ hints }) =>
      [...(hints?.forZones ?? []), ...(hints?.forNodes ?? [])].map(({ name }) => name).join(', '),
    ),
  ]
}

/** The annotation wins over the field. */
function remedy(service: Service): Pick<FindingDraft, 'fix' | 'advice'> {
  const annotation = annotations.find((key) => service.metadata.annotations[key] !== undefined)
  const path =
    annotation === undefined ? '/spec/trafficDistribution' : pointer('metadata', 'annotations', annotation)
  const isSet = annotation !== undefined || service.spec.trafficDistribution !== undefined
  const edits: readonly Edit[] = [
    { kind: 'patch', reference: referenceTo(service), operations: [{ op: 'remove', path }] },
  ]
  const note = say`Clients then also reach pods of other zones, at the price of traffic between zones.`
  return remedyOf(service, isSet ? edits : undefined, note)
}
