import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { isLocal } from '../../network/services/node-choice.ts'
import { isExternalName, isHeadless, portText } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { isDeleting, isFinished } from '../../network/workloads/pods.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say } from '../text.ts'
import { consumersOf } from './consumers.ts'
import { remedyOf } from './remedy.ts'

export default defineRule({
  id: 'service/internal-traffic-policy-local',
  title: 'Local traffic policy without an endpoint on the client’s node',
  subject: 'ServicePort',
  severity: 'error',
  explains: ['no-local-endpoint'],
  docs: {
    means:
      'kube-proxy drops packets of clients on nodes without an own endpoint: their connections time out, they are not refused.',
    why: '`internalTrafficPolicy: Local` was meant for a DaemonSet and is on a Deployment, or its pods moved.',
    proof: 'The nodes of the endpoints compared with the nodes on which the pods of the clients run.',
    fix: 'Set the policy to Cluster, or run the backend as a DaemonSet.',
    falseAlarmWhen:
      'Every node with a client has an endpoint, ready or still serving while it ends. Nodes without any client are only noted.',
  },
  check({ service, port }, network) {
    if (!isLocal(service, 'internal') || isHeadless(service) || isExternalName(service)) return undefined
    const endpoints = whole(network.services.ofPort(service, port))
    const usable = endpoints.filter(({ ready, serving }) => ready || serving)
    // Without any endpoint the policy is not to blame; without nodes (manifests) nothing can be said.
    if (usable.length === 0 || usable.some(({ nodeName }) => nodeName === undefined)) return undefined
    const isServed = (node: string): boolean =>
      network.services.choose(service, port, node).endpoints.length > 0
    const clients = clientsOf(service, port, network)
    const nodes = [...new Set(clients.flatMap(({ nodes }) => nodes))].sort()
    const dry = nodes.filter((node) => !isServed(node))
    if (dry.length > 0) return dropped({ service, port, nodes, dry, clients })
    const idle = network.inventory
      .list('Node')
      .items.filter(
        ({ metadata, spec }) =>
          spec.unschedulable !== true && spec.taints.length === 0 && !isServed(metadata.name),
      )
    return idle.length === 0
      ? undefined
      : noted(
          service,
          port,
          idle.map(({ metadata }) => metadata.name),
        )
  },
})

interface LocalClient {
  readonly workload: Workload
  readonly nodes: readonly string[]
}

function clientsOf(service: Service, port: ServicePort, network: Network): readonly LocalClient[] {
  return consumersOf(service, network).flatMap(({ client, port: dialled }) => {
    if (client.kind !== 'workload' || (dialled !== undefined && dialled !== port.port)) return []
    const { workload } = client
    const running = workload.pods.filter((pod) => !isFinished(pod) && !isDeleting(pod))
    return [{ workload, nodes: running.flatMap(({ spec }) => spec.nodeName ?? []) }]
  })
}

function dropped(found: {
  readonly service: Service
  readonly port: ServicePort
  readonly nodes: readonly string[]
  readonly dry: readonly string[]
  readonly clients: readonly LocalClient[]
}): FindingDraft {
  const { service, port, nodes, dry, clients } = found
  const reference = referenceTo(service)
  const hit = [
    ...new Map(
      clients
        .filter((client) => client.nodes.some((node) => dry.includes(node)))
        .map(({ workload }) => [workload.key, workload]),
    ).values(),
  ]
  return {
    proof: 'proven',
    place: place.servicePort(service, port),
    alsoAt: [place.service(service)],
    share: dry.length === nodes.length ? undefined : { failing: dry.length, of: nodes.length },
    summary: say`Connections from ${listed(hit.slice(0, 3).map((workload) => say`${workload.reference}`))} to ${reference} port ${portText(
      port,
    )} time out on ${dry.length} of ${counted(nodes.length, 'node')}: internalTrafficPolicy is Local, and ${listed(
      dry.slice(0, 3).map((node) => say`${node}`),
    )} ${dry.length === 1 ? say`has` : say`have`} no endpoint`,
    detail: say`With Local a node uses only its own endpoints and drops everything else.`,
    evidence: [
      { reference, field: 'spec.internalTrafficPolicy', value: 'Local' },
      ...hit.slice(0, 3).flatMap(({ pods }) =>
        pods
          .filter(({ spec }) => spec.nodeName !== undefined && dry.includes(spec.nodeName))
          .slice(0, 1)
          .map((pod) => ({ reference: referenceTo(pod), field: 'spec.nodeName', value: pod.spec.nodeName })),
      ),
    ],
    ...remedyOf(
      service,
      [
        {
          kind: 'patch',
          reference,
          operations: [{ op: 'replace', path: '/spec/internalTrafficPolicy', value: 'Cluster' }],
        },
      ],
      say`Or keep Local and run the backend as a DaemonSet.`,
    ),
  }
}

function noted(service: Service, port: ServicePort, nodes: readonly string[]): FindingDraft {
  const reference = referenceTo(service)
  return {
    proof: 'proven',
    severity: 'note',
    place: place.servicePort(service, port),
    summary: say`A client of ${reference} on ${listed(
      nodes.slice(0, 3).map((node) => say`${node}`),
      'or',
    )} would time out: internalTrafficPolicy is Local and ${nodes.length === 1 ? say`that node has` : say`those nodes have`} no endpoint`,
    evidence: [{ reference, field: 'spec.internalTrafficPolicy', value: 'Local' }],
  }
}
