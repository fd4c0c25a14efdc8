import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { asleepOnPurpose } from '../service/asleep-on-purpose.ts'
import { backendFault } from '../service/control-plane-backend.ts'
import { say, word } from '../text.ts'
import { backendsOf, type FaultyBackend, severityOf, shareText } from './faulty-backends.ts'

export default defineRule({
  id: 'gateway/backend-no-ready-endpoints',
  title: 'Route to a Service without ready endpoints',
  subject: 'GatewayRoute',
  severity: 'error',
  explains: ['no-endpoints', 'no-ready-endpoints', 'port-without-endpoints'],
  symptomOf: ['no-endpoints', 'no-ready-endpoints', 'port-without-endpoints'],
  docs: {
    means:
      'Requests of the route are answered by the Gateway with 503 (some implementations say 500): nobody is there to take them.',
    why: 'It is a symptom: the pods are missing, not ready or not selected. What is wrong there is told first.',
    proof:
      'The backend is permitted and has the port, and no endpoint of it is ready, or serves while it terminates.',
    fix: 'The one of the cause.',
    falseAlarmWhen:
      'Backends of weight 0, and Services that sleep on purpose (autoscaled to zero): then it is silent.',
  },
  check(route, network) {
    return backendsOf(route).flatMap((backend) => draft(route, backend, network) ?? [])
  },
})

function draft(
  route: GatewayRoute,
  backend: Omit<FaultyBackend, 'state'>,
  network: Network,
): FindingDraft | undefined {
  const state = network.routes.gateway.backend(route, backend.reference)
  if (state.is !== 'valid') return undefined
  const { service, port } = state
  const { name, namespace = '' } = service.metadata
  const fault = backendFault({ namespace, name, port: port.port }, network)
  if (fault?.kind !== 'no-endpoint') return undefined
  const isAsleep = network.services
    .backends(service)
    .items.some((workload) => asleepOnPurpose(workload, network))
  if (isAsleep) return undefined
  const by = referenceTo(route)
  const share = shareText(route, [{ ...backend, state: { is: 'invalid', why: 'backend-service-missing' } }])
  return {
    proof: 'proven',
    severity: severityOf(route, network),
    place: place.routeBackend(by, { namespace, service: name, port: port.port }),
    alsoAt: [place.servicePort(service, port), place.service(service)],
    summary: say`${by} sends ${share ?? word('requests')} to ${referenceTo(service)}, and ${fault.words}: ${route.kind === 'HTTPRoute' ? word('clients get 503') : word('nobody answers')}`,
    evidence: [
      { reference: by, field: `${backend.field}.name`, value: backend.reference.name },
      { reference: by, field: `${backend.field}.port`, value: backend.reference.port },
    ],
    advice: [say`kubectl -n ${namespace} get service,endpointslice,pod`],
  }
}
