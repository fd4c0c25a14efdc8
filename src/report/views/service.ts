import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import type { Network } from '../../network/network.ts'
import { isExternalName, isHeadless, portText, targetPortOf } from '../../network/services/service-facts.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import type { Path } from '../../trace/path.ts'
import { clientText } from '../connection-text.ts'
import type { Block, Document, Line, Span } from '../document.ts'
import { escapeText } from '../escape.ts'
import { count, resourceName } from '../words.ts'
import { hopCells, hopTitles } from './hop-cells.ts'
import type { ViewOptions } from './problem.ts'
import { notesBlock, problemBlocks } from './scan.ts'

/** One Service: its facts, who calls it, each hop, what is wrong. */
export function serviceView(
  diagnosis: Diagnosis,
  service: Service,
  network: Network,
  options: ViewOptions,
): Document {
  return [
    { kind: 'headline', line: headline(diagnosis, service, network) },
    callers(diagnosis),
    searched(service, network),
    ...problemBlocks(diagnosis, options),
    ...notesBlock(diagnosis, options),
  ]
}

function headline(diagnosis: Diagnosis, service: Service, network: Network): Line {
  const { error } = diagnosis.verdict.problems
  const { unknown, broken } = diagnosis.verdict.connections
  const mark: Span =
    error > 0 || broken > 0
      ? { text: '✗ ', tone: 'bad' }
      : unknown > 0
        ? { text: '? ', tone: 'unknown' }
        : { text: '✓ ', tone: 'good' }
  const { name, namespace = '' } = service.metadata
  const facts = [
    address(service),
    ...service.spec.ports.map(
      (port) => `${escapeText(portText(port))} -> ${escapeText(String(targetPortOf(port)))}`,
    ),
    readiness(service, network),
  ]
  return [
    mark,
    { text: `${escapeText(name)}.${escapeText(namespace)}`, tone: 'strong' },
    { text: `  ${facts.filter((fact) => fact !== '').join('  ')}` },
  ]
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
  return `${ready} of ${count(names.size, 'endpoint')} ready`
}

function callers(diagnosis: Diagnosis): Block {
  return {
    kind: 'table',
    columns: ['caller', ...hopTitles],
    rows: diagnosis.paths.map((path) => [{ text: caller(path) }, ...hopCells(path, diagnosis)]),
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
function searched(service: Service, network: Network): Block {
  const { kinds } = network.inventory.snapshot.coverage
  const read = count(network.workloads.namespaces().length, 'namespace')
  const where =
    kinds.Pod?.namespaces === 'all'
      ? `in all namespaces (${read} with pods)`
      : `in ${read}, the others were not read`
  const anyone = network.traffic.to(service).items.length === 0 ? 'no caller found; ' : ''
  return { kind: 'notes', lines: [[{ text: `  ${anyone}callers looked for ${where}`, tone: 'dim' }]] }
}
