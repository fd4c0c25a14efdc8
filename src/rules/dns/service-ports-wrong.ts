import type { ClusterDns } from '../../network/dns/cluster-dns.ts'
import type { Edit } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import { targetPortOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { runningContainers } from '../../network/workloads/workload.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'

type Protocol = 'UDP' | 'TCP'

export default defineRule({
  id: 'dns/service-ports-wrong',
  title: 'The DNS Service lacks port 53, or leads to a port on which no DNS pod listens',
  subject: 'ClusterDns',
  severity: 'error',
  explains: ['dns-unavailable'],
  over: ['dns/no-ready-endpoints', 'service/target-port-undeclared', 'service/named-target-port-unresolved'],
  docs: {
    means: 'Without UDP no name resolves; without TCP large answers fail.',
    why: 'The Service was made by hand, or the DNS pods were moved to another port.',
    proof:
      '`spec.ports` of the DNS Service, compared with the ports that its pods declare and those of the Corefile. A missing TCP port is a warning.',
    fix: 'Add the port, or correct `targetPort`.',
    falseAlarmWhen:
      'Another port than 53 on the pods (5353, 1053) is right when the pods declare it or the Corefile listens there: silent.',
  },
  check(dns, network) {
    const { service } = dns
    if (service === undefined) return undefined
    const lacking = (['UDP', 'TCP'] as const).filter((protocol) => portFor(service, protocol) === undefined)
    if (lacking.length > 0) return missing(service, lacking, dns)
    return wrongTarget(service, dns, network)
  },
})

function portFor(service: Service, protocol: Protocol): ServicePort | undefined {
  return service.spec.ports.find((item) => item.port === 53 && (item.protocol ?? 'TCP') === protocol)
}

function missing(service: Service, lacking: readonly Protocol[], dns: ClusterDns): FindingDraft {
  const reference = referenceTo(service)
  const [there] = service.spec.ports
  const target = there === undefined ? 53 : targetPortOf(there)
  const edit: Edit = {
    kind: 'patch',
    reference,
    operations: lacking.map((protocol) => ({
      op: 'add',
      path: '/spec/ports/-',
      value: {
        name: protocol === 'UDP' ? 'dns' : 'dns-tcp',
        port: 53,
        protocol,
        targetPort: typeof target === 'number' ? target : 53,
      },
    })),
  }
  const isDeaf = lacking.includes('UDP')
  // A port without a name cannot have another beside it.
  const isNameless = service.spec.ports.some(({ name }) => name === '')
  return {
    proof: 'proven',
    severity: isDeaf ? 'error' : 'warning',
    about: reference,
    place: place.service(service),
    alsoAt: [place.dns, ...dns.workloads.map(place.pods)],
    summary: isDeaf
      ? say`${reference}, the DNS of the cluster, has no port 53/UDP, which resolvers ask: no name resolves`
      : say`${reference}, the DNS of the cluster, has no port 53/TCP: answers that are too large for UDP fail`,
    evidence: service.spec.ports.map(({ port, protocol = 'TCP' }, index) => ({
      reference,
      field: `spec.ports[${index}]`,
      value: `${port}/${protocol}`,
    })),
    ...(isNameless
      ? {
          advice: [
            say`give the ports names, and add ${listed(lacking.map((protocol) => say`53/${protocol}`))}`,
          ],
        }
      : { fix: { edits: [edit] } }),
  }
}

/** A target on which nobody listens, as far as the Corefile and the pods' declarations show. */
function wrongTarget(service: Service, dns: ClusterDns, _network: Network): FindingDraft | undefined {
  const containers = dns.workloads.flatMap(({ spec }) => runningContainers(spec))
  if (dns.isCoreDns !== true || dns.isAssumed) return undefined
  const served = new Set(
    dns.servers.flatMap(({ addresses }) =>
      addresses.filter(({ transport }) => transport === 'dns').map(({ port }) => port),
    ),
  )
  const declared = containers.flatMap(({ ports }) => ports)
  const flags = containers.flatMap(({ command = [], args = [] }) => [...command, ...args])
  // `-dns.port` moves all server blocks that name no port of their own.
  if (flags.some((word) => word.startsWith('-dns.port') || word.startsWith('--dns.port'))) return undefined
  const wrong = service.spec.ports.filter((port) => {
    const target = targetPortOf(port)
    if (port.port !== 53) return false
    const protocol = port.protocol ?? 'TCP'
    const found = declared.filter((item) => (item.protocol ?? 'TCP') === protocol)
    if (typeof target === 'string') return !found.some(({ name }) => name === target)
    return !served.has(target) && !found.some(({ containerPort }) => containerPort === target)
  })
  const [first] = wrong
  const [port] = [...served]
  if (first === undefined || port === undefined) return undefined
  const reference = referenceTo(service)
  return {
    proof: 'likely',
    about: reference,
    place: place.service(service),
    alsoAt: [place.dns, ...dns.workloads.map(place.pods)],
    summary: say`${reference}, the DNS of the cluster, leads ${listed(wrong.map(({ protocol = 'TCP' }) => say`53/${protocol}`))} to port ${targetPortOf(first)} of its pods, and CoreDNS listens on ${[...served].join(', ')}`,
    evidence: wrong.map((item) => ({
      reference,
      field: `spec.ports[${service.spec.ports.indexOf(item)}].targetPort`,
      value: targetPortOf(item),
    })),
    fix: {
      edits: [
        {
          kind: 'patch',
          reference,
          operations: wrong.map((item) => ({
            op: item.targetPort === undefined ? 'add' : 'replace',
            path: `/spec/ports/${service.spec.ports.indexOf(item)}/targetPort`,
            value: port,
          })),
        },
      ],
    },
  }
}
