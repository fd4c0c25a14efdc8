import type { Network } from '../../network/network.ts'
import { isHeadless, portField, portText } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { runningContainers } from '../../network/workloads/workload.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { isMeshProxy } from '../mesh-proxies.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say } from '../text.ts'
import { consumersOf } from './consumers.ts'

const longLived = /(^|[-/.])(grpc|h2c|http2|kubernetes\.io\/h2c)($|[-/.])/i

export default defineRule({
  id: 'service/long-lived-connection-skew',
  title: 'Long connections that stay on few pods',
  subject: 'ServicePort',
  severity: 'note',
  docs: {
    means:
      'A Service balances connections, not requests. Over one HTTP/2 connection all calls of a client go to one pod.',
    why: 'gRPC and HTTP/2 keep a connection for as long as they can; new pods get nothing until clients connect again.',
    proof:
      'The name or appProtocol of the port says gRPC or HTTP/2, it has a cluster IP, several endpoints and clients in the cluster.',
    fix: 'A headless Service with balancing in the client, or a proxy that balances requests.',
    falseAlarmWhen:
      'A mesh proxy or a route stands between, the Service is headless, or there is one endpoint.',
  },
  check({ service, port }, network) {
    if (isHeadless(service) || !(longLived.test(port.name) || longLived.test(port.appProtocol ?? '')))
      return undefined
    const ready = network.services.ofPort(service, port).items.filter((endpoint) => endpoint.ready)
    const clients = directClients(service, port, network)
    if (
      ready.length < 2 ||
      clients.length === 0 ||
      ready.some(({ pod }) => pod !== undefined && isMeshed(pod.spec))
    )
      return undefined
    const reference = referenceTo(service)
    return {
      proof: 'likely',
      place: place.servicePort(service, port),
      summary: say`Calls of ${listed(clients.slice(0, 3).map((workload) => say`${workload.reference}`))} to ${reference} port ${portText(
        port,
      )} stay on one of ${counted(ready.length, 'pod')} for as long as their connection lives`,
      detail: say`A Service balances connections, not the requests on them.`,
      evidence: [
        port.appProtocol === undefined
          ? { reference, field: `${portField(service, port)}.name`, value: port.name }
          : { reference, field: `${portField(service, port)}.appProtocol`, value: port.appProtocol },
      ],
      advice: [
        say`Dial a headless Service (clusterIP: None) and balance in the client (gRPC: dns:/// with round_robin), or limit the age of connections.`,
      ],
    }
  },
})

function directClients(service: Service, port: ServicePort, network: Network): readonly Workload[] {
  const clients = consumersOf(service, network).flatMap((connection) => {
    const { client } = connection
    const isThisPort = connection.port === undefined || connection.port === port.port
    return client.kind === 'workload' && isThisPort && !isMeshed(client.workload.spec)
      ? [client.workload]
      : []
  })
  return [...new Map(clients.map((workload) => [workload.key, workload])).values()]
}

function isMeshed(spec: Workload['spec']): boolean {
  return runningContainers(spec).some(isMeshProxy)
}
