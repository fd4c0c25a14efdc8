import type { Network } from '../../network/network.ts'
import { isExternalName, isHeadless, portText } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { connect } from '../confirm.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text } from '../text.ts'
import { clientOf, dialEvidence, severityFor, whereWritten } from './dialled.ts'
import { leadsTo } from './instead.ts'
import { mend } from './retarget.ts'

export default defineRule({
  id: 'client/port-not-on-service',
  title: 'Port that the Service does not have',
  subject: 'Connection',
  severity: 'error',
  explains: ['port-not-on-service'],
  docs: {
    means: 'The connection is refused or times out: a ClusterIP answers only on the ports of its Service.',
    why: 'The port of the pod was written where the port of the Service belongs, or the Service was given another port.',
    proof:
      'The port of the address, or the default of its scheme, compared with `spec.ports[].port` of the Service.',
    fix: 'Dial a port that the Service lists. When the dialled one is its targetPort, the port in front of that is meant.',
    falseAlarmWhen:
      'A headless Service (any port of its pods may be dialled), an ExternalName, an address without a port and without a ' +
      'known scheme, or a port that the Service has for another protocol: then it is silent.',
  },
  check({ connection, resolved: { destination } }, network) {
    const workload = clientOf(connection)
    const { port, dials, target } = connection
    if (
      workload === undefined ||
      target !== undefined ||
      port === undefined ||
      destination.kind !== 'service'
    )
      return undefined
    const { service } = destination
    if (destination.port !== undefined || isHeadless(service) || isExternalName(service)) return undefined
    // Texts seldom say whether they mean UDP.
    if (service.spec.ports.some((item) => item.port === port)) return undefined
    const wanted = wantedPort(service, port, network)
    const reference = referenceTo(service)
    return {
      proof: 'likely',
      severity: severityFor(workload, 'error'),
      place: place.dial(workload.key, connection.host, port),
      summary: say`${workload.reference} dials port ${port} of ${reference} (${whereWritten(dials)}), which ${portList(service)}`,
      detail:
        wanted !== undefined && leadsTo(service, wanted, port, network)
          ? say`${port} is the port of the pods; the Service listens on ${wanted.port} in front of it.`
          : undefined,
      evidence: [
        ...dialEvidence(dials),
        ...service.spec.ports.map((item, index) => ({
          reference,
          field: `spec.ports[${index}].port`,
          value: item.port,
        })),
      ],
      ...(wanted === undefined
        ? { advice: [say`dial a port that ${reference} has, or add port ${port} to it`] }
        : mend(dials, connection.host, wanted.port)),
      confirm: connect(workload, connection),
    }
  },
})

/** The port in front of a target port that was dialled, else the only port of the Service. */
function wantedPort(service: Service, dialled: number, network: Network): ServicePort | undefined {
  const { ports } = service.spec
  return (
    ports.find((item) => leadsTo(service, item, dialled, network)) ??
    (ports.length === 1 ? ports[0] : undefined)
  )
}

function portList(service: Service): Text {
  const { ports } = service.spec
  return ports.length === 0
    ? say`has no port`
    : say`only has ${listed(ports.map((port) => say`${portText(port)}`))}`
}
