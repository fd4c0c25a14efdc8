import type { Dial } from '../../network/references/dial.ts'
import { defaultPortOf } from '../../network/references/urls.ts'
import { place } from '../../network/traffic/place.ts'
import type { ServicePort } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import { addressText, clientOf, dialEvidence, severityFor, whereWritten } from './dialled.ts'
import { needOf } from './need.ts'

export default defineRule({
  id: 'client/scheme-not-of-port',
  title: 'Scheme of an address that is not what the port speaks',
  subject: 'Connection',
  severity: 'warning',
  docs: {
    means:
      'The connection is made and then fails: "HTTP response to HTTPS client", "wrong version number", an unexpected ' +
      'greeting of a database.',
    why: 'The port was changed and the scheme was not, or the address was copied from that of another server.',
    proof:
      'The scheme of the address, compared with `appProtocol` or the name of the Service port (http, https), or with the ' +
      'port number that another kind of server has by convention. It is an error when the client shows that it cannot do without.',
    fix: 'Write the scheme that the port speaks, or the port that speaks the scheme.',
    falseAlarmWhen:
      'Ports whose name and appProtocol say nothing, schemes without a protocol of their own, servers that speak both: what ' +
      'a port really speaks shows only when it is asked.',
  },
  check({ connection, resolved: { destination } }, network) {
    const workload = clientOf(connection)
    if (workload === undefined || destination.kind !== 'service' || destination.port === undefined)
      return undefined
    const { service, port } = destination
    const reference = referenceTo(service)
    const odd = connection.dials.flatMap((dial) => {
      const clash = clashOf(dial, port)
      return clash === undefined ? [] : [{ dial, clash }]
    })
    const [first] = odd
    if (first === undefined) return undefined
    const index = service.spec.ports.indexOf(port)
    const dials = odd.map(({ dial }) => dial)
    const field = first.clash.field
    const evidence: Evidence = {
      reference,
      field: `spec.ports[${index}].${field}`,
      value: field === 'port' ? port.port : field === 'name' ? port.name : port.appProtocol,
    }
    const need = needOf(workload, network.inventory)
    return {
      proof: 'likely',
      severity: severityFor(workload, need === undefined ? 'warning' : 'error'),
      place: place.dial(workload.key, connection.host, connection.port),
      summary: say`${workload.reference} dials ${addressText(connection)} with scheme ${first.dial.scheme ?? ''} (${whereWritten(dials)}), but ${first.clash.says} of ${reference}`,
      evidence: [...dialEvidence(dials), evidence],
      advice: [
        say`write the scheme that the port speaks, or the port that speaks ${first.dial.scheme ?? ''}`,
      ],
    }
  },
})

interface Clash {
  readonly field: 'appProtocol' | 'name' | 'port'
  readonly says: Text
}

const web: Readonly<Record<string, 'http' | 'https'>> = {
  http: 'http',
  ws: 'http',
  https: 'https',
  wss: 'https',
}
const webProtocols: Readonly<Record<string, 'http' | 'https'>> = {
  http: 'http',
  'kubernetes.io/ws': 'http',
  https: 'https',
  'kubernetes.io/wss': 'https',
}

function clashOf({ scheme, portWritten }: Dial, port: ServicePort): Clash | undefined {
  if (scheme === undefined || !portWritten) return undefined
  const wanted = web[scheme]
  if (wanted !== undefined) return webClash(wanted, port)
  const own = defaultPortOf(scheme)
  const other = own === undefined || own === port.port ? undefined : serverOn(port.port)
  if (other === undefined || other.ports.includes(own ?? 0)) return undefined
  return { field: 'port', says: say`${port.port} is by convention the port of ${other.name}: the port` }
}

function webClash(wanted: 'http' | 'https', port: ServicePort): Clash | undefined {
  const declared = webProtocols[(port.appProtocol ?? '').toLowerCase()]
  if (declared !== undefined)
    return declared === wanted
      ? undefined
      : { field: 'appProtocol', says: say`appProtocol is ${port.appProtocol ?? ''} on that port` }
  const named = /^(https?)(?:-|$)/.exec(port.name)?.[1]
  // A port that is called http and has the number of https says nothing.
  const isUsual = (named === 'http' && port.port !== 443) || (named === 'https' && port.port !== 80)
  if (named !== undefined && named !== wanted && isUsual)
    return { field: 'name', says: say`the port is called ${port.name}: that is the port` }
  const server = serverOn(port.port)
  return server === undefined
    ? undefined
    : { field: 'port', says: say`${port.port} is by convention the port of ${server.name}: the port` }
}

/** Servers whose port nothing else uses, and that answer no other protocol on it. */
const servers = [
  { name: 'PostgreSQL', ports: [5432] },
  { name: 'MySQL', ports: [3306, 33060] },
  { name: 'Redis', ports: [6379] },
  { name: 'MongoDB', ports: [27017] },
  { name: 'RabbitMQ (AMQP)', ports: [5671, 5672] },
] as const

function serverOn(port: number): { readonly name: string; readonly ports: readonly number[] } | undefined {
  return servers.find(({ ports }) => ports.some((item) => item === port))
}
