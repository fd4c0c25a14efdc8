import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import type { Network } from '../../network/network.ts'
import { isExternalName, isHeadless, portText, targetPortOf } from '../../network/services/service-facts.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import type { Path } from '../../trace/path.ts'
import { clientText } from '../connection-text.ts'
import type { Block, Document, Line } from '../document.ts'
import { escapeText } from '../escape.ts'
import { lookedInto } from '../looked-into.ts'
import { count, resourceName } from '../words.ts'
import { hopTable } from './hop-cells.ts'
import { passWords, verdictLine } from './outcome-words.ts'
import type { ViewOptions } from './problem.ts'
import { notesBlock, problemBlocks } from './scan.ts'

/** One Service: how it goes with it, its facts, who calls it, each hop, what is wrong. */
export function serviceView(
  diagnosis: Diagnosis,
  service: Service,
  network: Network,
  options: ViewOptions,
): Document {
  return [
    { kind: 'headline', line: headline(diagnosis, service), facts: facts(service, network) },
    callers(diagnosis, searched(service, network)),
    ...problemBlocks(diagnosis, options),
    ...notesBlock(diagnosis, options),
  ]
}

function headline(diagnosis: Diagnosis, { metadata }: Service): Line {
  const calm = diagnosis.paths.length === 0 ? 'no problem found' : passWords(diagnosis)
  return verdictLine(`${escapeText(metadata.name)}.${escapeText(metadata.namespace ?? '')}`, diagnosis, calm)
}

function facts(service: Service, network: Network): Line {
  const ports = service.spec.ports.map(
    (port) => `${escapeText(portText(port))} -> ${escapeText(String(targetPortOf(port)))}`,
  )
  const words = [address(service), ports.join(', '), readiness(service, network)].filter(
    (fact) => fact !== '',
  )
  return [{ text: `  ${words.join('   ')}` }]
}

function address(service: Service): string {
  if (isExternalName(service)) return `ExternalName ${escapeText(service.spec.externalName ?? '')}`
  if (isHeadless(service)) return 'headless'
  return escapeText(service.spec.clusterIP ?? '')
}

function readiness(service: Service, network: Network): string {
  if (isExternalName(service)) return ''
  const read = network.services.endpoints(service)
  if (read.gaps.length > 0) return 'endpoints not readable'
  const names = new Map(read.items.map((endpoint) => [endpoint.podName ?? endpoint.address, endpoint.ready]))
  const ready = [...names.values()].filter((isReady) => isReady).length
  return names.size === 0 ? 'no endpoint' : `${ready} of ${count(names.size, 'endpoint')} ready`
}

function callers(diagnosis: Diagnosis, note: Line): Block {
  if (diagnosis.paths.length === 0) return { kind: 'notes', lines: [note] }
  const { titles, rows } = hopTable(diagnosis)
  return {
    kind: 'table',
    columns: ['caller', ...titles],
    rows: diagnosis.paths.map((path, row) => [{ text: caller(path) }, ...(rows[row] ?? [])]),
    note,
  }
}

function caller(path: Path): string {
  const { client, port } = path.connection
  if (client.kind === 'workload') {
    const { namespace } = client.workload
    const name = escapeText(resourceName(client.workload.reference))
    const target = path.connection.dials.length > 0 && port !== undefined ? `:${port}` : ''
    return `${path.connection.target === undefined ? name : `${name} (${escapeText(namespace)})`}${target}`
  }
  if (client.kind === 'route') return clientText(client)
  return client.kind === 'anyone' ? `any client:${port ?? ''}` : `outside:${port ?? ''}`
}

/** Where callers were looked for: never "no callers" without saying where. */
function searched(service: Service, network: Network): Line {
  const where = lookedInto(network)
  const words =
    network.traffic.to(service).items.length === 0
      ? `no caller found in ${where}`
      : `callers looked for in ${where}`
  return [{ text: `  ${words}`, tone: 'dim' }]
}
