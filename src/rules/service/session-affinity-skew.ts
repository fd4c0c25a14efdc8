import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { isHeadless, isReachableFromOutside } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { isDeleting, isFinished } from '../../network/workloads/pods.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { compareLoad } from '../confirm.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, say } from '../text.ts'
import { allConsumersOf, consumersOf } from './consumers.ts'
import { remedyOf } from './remedy.ts'

export default defineRule({
  id: 'service/session-affinity-skew',
  title: 'Session affinity that loads few pods',
  subject: 'Service',
  severity: 'warning',
  docs: {
    means:
      'With ClientIP each source address stays on one pod for hours: few addresses load few pods, and a bad pod keeps its clients.',
    why: '`sessionAffinity: ClientIP` was set for stickiness, and a proxy or load balancer in front hides the users behind few addresses.',
    proof: 'The number of client pods compared with the number of ready endpoints; the type of the Service.',
    fix: 'Remove the affinity, or make sessions sticky with a cookie at the proxy.',
    falseAlarmWhen:
      'There is one endpoint; only Ingresses or routes use the Service, whose controllers dial pods themselves; or client pods ' +
      'outnumber the endpoints (noted). An application may need it.',
  },
  check(service, network) {
    if (service.spec.sessionAffinity !== 'ClientIP' || isHeadless(service)) return undefined
    const ready = whole(network.services.endpoints(service)).filter((endpoint) => endpoint.ready)
    const endpoints = new Set(ready.map(({ address, podName }) => podName ?? address)).size
    if (endpoints < 2) return undefined
    const consumers = consumersOf(service, network)
    if (consumers.length > 0 && consumers.every(({ client }) => client.kind === 'route')) return undefined
    return finding(service, endpoints, sourcesOf(service, network))
  },
})

/** Pods that dial the Service: each is one source address. */
function sourcesOf(service: Service, network: Network): number {
  const { declared } = network.inventory.snapshot.coverage
  const clients = allConsumersOf(service, network).flatMap(({ client }) =>
    client.kind === 'workload' ? [client.workload] : [],
  )
  const counts = [...new Map(clients.map((workload) => [workload.key, workload])).values()].map(
    ({ pods, replicas }) => {
      const running = pods.filter((pod) => !isFinished(pod) && !isDeleting(pod)).length
      return declared && pods.length === 0 ? (replicas ?? 1) : running
    },
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

function finding(service: Service, endpoints: number, sources: number): FindingDraft {
  const reference = referenceTo(service)
  const isOutside = isReachableFromOutside(service)
  const isFew = sources > 0 && sources < endpoints
  const who = isFew
    ? say`its ${counted(sources, 'client pod')} can reach at most ${sources} of ${counted(endpoints, 'endpoint')}`
    : isOutside
      ? say`users behind one load balancer or proxy all land on the same of its ${counted(endpoints, 'endpoint')}`
      : say`each client pod stays on one of its ${counted(endpoints, 'endpoint')}`
  return {
    proof: 'likely',
    severity: isFew || isOutside ? 'warning' : 'note',
    place: place.service(service),
    summary: say`${reference} spreads its load unevenly: sessionAffinity is ClientIP, so ${who}`,
    detail: say`A pod that is Ready but broken keeps the clients that it has.`,
    evidence: [{ reference, field: 'spec.sessionAffinity', value: 'ClientIP' }],
    ...remedyOf(
      service,
      [
        {
          kind: 'patch',
          reference,
          operations: [{ op: 'replace', path: '/spec/sessionAffinity', value: 'None' }],
        },
      ],
      say`First make sure that the application does not need a client to stay on one pod.`,
    ),
    confirm: compareLoad(service),
  }
}
