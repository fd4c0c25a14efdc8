import { pointer } from '../../network/edit.ts'
import { whole } from '../../network/inventory/read.ts'
import {
  isExternalName,
  isHeadless,
  portField,
  portText,
  protocolOf,
} from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { EndpointSlice, SlicePort } from '../../snapshot/kinds/endpoint-slice.ts'
import type { ServicePort } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Fix } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { nearest } from '../similar.ts'
import { listed, say, type Text } from '../text.ts'
import { isHandWritten, isMirrored } from './slice-writer.ts'

export default defineRule({
  id: 'service/manual-slice-port-name-mismatch',
  title: 'Hand-written EndpointSlice whose port has another name',
  subject: 'ServicePort',
  severity: 'error',
  explains: ['no-endpoints', 'port-without-endpoints', 'no-ready-endpoints'],
  docs: {
    means: 'The port has no backend although the slice lists addresses: connections are refused.',
    why: 'kube-proxy joins a slice to a Service port by name and protocol, never by number. An unnamed port has the name "".',
    proof:
      'No slice of the Service has a port of that name and protocol, and one that people wrote has ports of other names.',
    fix: 'Give the port in the slice the name that it has in the Service.',
    falseAlarmWhen: 'Another slice has the port, a controller writes the slices, or the Service is headless.',
  },
  check({ service, port }, network) {
    if (isHeadless(service) || isExternalName(service)) return undefined
    const slices = whole(network.services.slices(service)).filter(({ endpoints }) => endpoints.length > 0)
    if (slices.some(({ ports }) => ports.some((item) => serves(item, port)))) return undefined
    const slice = slices.find((item) => isHandWritten(item) && item.ports.length > 0)
    if (slice === undefined) return undefined
    const reference = referenceTo(service)
    const names = listed(slice.ports.map((item) => called(item)))
    return {
      proof: 'proven',
      place: place.servicePort(service, port),
      summary: say`${reference} port ${portText(port)} has no backend: the Service calls the port ${quoted(port.name)}, ${referenceTo(slice)} calls it ${names}`,
      detail: say`A slice belongs to a Service port only where name and protocol are the same.`,
      evidence: [
        { reference, field: `${portField(service, port)}.name`, value: port.name },
        ...slice.ports.map((item, index) => ({
          reference: referenceTo(slice),
          field: `ports[${index}].name`,
          value: item.name,
        })),
      ],
      ...remedy(slice, port),
    }
  },
})

const serves = (item: SlicePort, port: ServicePort): boolean =>
  item.name === port.name && (item.protocol ?? 'TCP') === protocolOf(port)

const quoted = (name: string): Text => (name === '' ? say`"" (unnamed)` : say`"${name}"`)

function called({ name, protocol }: SlicePort): Text {
  return protocol === undefined || protocol === 'TCP' ? quoted(name) : say`${quoted(name)} (${protocol})`
}

/** The port of the slice that is meant: of the same protocol, and the only one, of that number or of a near name. */
function remedy(
  slice: EndpointSlice,
  port: ServicePort,
): { readonly fix?: Fix; readonly advice?: readonly Text[] } {
  const { name, namespace = '' } = slice.metadata
  const candidates = slice.ports.filter(({ protocol }) => (protocol ?? 'TCP') === protocolOf(port))
  const near = nearest(
    port.name,
    candidates.map((item) => item.name),
  )[0]
  const meant =
    candidates.length === 1
      ? candidates[0]
      : candidates.find((item) => item.name === near || item.port === port.targetPort)
  if (isMirrored(slice)) {
    return {
      advice: [
        say`Name the port in the Endpoints object that is mirrored: kubectl -n ${namespace} edit endpoints ${slice.metadata.labels['kubernetes.io/service-name'] ?? ''}`,
      ],
    }
  }
  if (meant === undefined) return { advice: [say`kubectl -n ${namespace} edit endpointslice ${name}`] }
  const path = pointer('ports', slice.ports.indexOf(meant), 'name')
  return {
    fix: {
      edits: [
        { kind: 'patch', reference: referenceTo(slice), operations: [{ op: 'add', path, value: port.name }] },
      ],
    },
  }
}
