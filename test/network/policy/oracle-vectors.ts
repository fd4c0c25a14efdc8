import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasLabels } from '../../../src/network/inventory/selectors.ts'
import { isFinished } from '../../../src/network/policy/endpoint.ts'
import type { Protocol } from '../../../src/network/policy/model.ts'
import { isRecord, type Json, list, record, text, texts } from '../../../src/snapshot/kinds/json.ts'
import type { ContainerPort } from '../../../src/snapshot/kinds/pod-spec.ts'
import { endpointOf, type World, worldOf } from './worlds.ts'

export type Part = 'both' | 'egress' | 'ingress'

/** One answer that a suite gives. */
export interface Assertion {
  readonly from: string
  readonly to: string
  readonly protocol: Protocol
  readonly port: number
  /** Both sides together, or the verdict of one alone. */
  readonly part: Part
  readonly isAllowed: boolean
  readonly throughService: boolean
}

export interface Vector {
  readonly id: string
  readonly world: World
  readonly assertions: readonly Assertion[]
  /** Answers that the file's README counts: checks, and cells of `rows`. */
  readonly answers: number
}

const folder = 'fixtures/oracles'

export function vectorsOf(file: string): readonly Vector[] {
  const bases = record(JSON.parse(readFileSync(join(folder, 'bases.json'), 'utf8')))
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => vectorOf(record(JSON.parse(line)), bases))
}

function keyOf(object: Json): string {
  const { name, namespace = '' } = record(object['metadata'])
  return `${text(object['kind'])}/${String(namespace)}/${String(name)}`
}

function vectorOf(json: Json, bases: Json): Vector {
  const base = bases[text(json['base']) ?? '']
  const objects = new Map<string, Json>()
  for (const part of [base, json['resources']])
    for (const object of Array.isArray(part) ? part.filter(isRecord) : []) objects.set(keyOf(object), object)
  const world = worldOf([...objects.values()])
  const checks = list(json['checks'], (check) => check)
  const cells = tableCells(json)
  return {
    id: text(json['id']) ?? '',
    world,
    assertions: [...checks.flatMap((check) => checkAssertions(check, world)), ...cells],
    answers: checks.length + cells.filter(({ part }) => part === 'both').length,
  }
}

function protocolOf(written: string | undefined): Protocol {
  const found = (['TCP', 'UDP', 'SCTP'] as const).find((protocol) => protocol === written)
  if (found === undefined) throw new Error(`no protocol: ${written}`)
  return found
}

function checkAssertions(check: Json, world: World): readonly Assertion[] {
  const to = text(check['to']) ?? ''
  const expect = text(check['expect'])
  if (expect !== 'allow' && expect !== 'deny') throw new Error(`no answer: ${expect}`)
  const common = {
    from: text(check['from']) ?? '',
    protocol: protocolOf(text(check['protocol'])),
    part: 'both',
    isAllowed: expect === 'allow',
  } as const
  const port = Number(check['port'])
  if (!to.startsWith('svc:')) return [{ ...common, to, port, throughService: false }]
  const endpoints = serviceEndpoints(world, to.slice(4), port)
  if (endpoints.length === 0) throw new Error(`${to} has no endpoints`)
  return endpoints.map((endpoint) => ({ ...common, ...endpoint, throughService: true }))
}

/** Pods behind a Service with the port that its target port is on each. */
function serviceEndpoints(
  { inventory }: World,
  key: string,
  port: number,
): readonly { readonly to: string; readonly port: number }[] {
  const [namespace = '', name = ''] = key.split('/')
  const spec = inventory.get('Service', namespace, name).items[0]?.spec
  const servicePort = spec?.ports.find((item) => item.port === port)
  if (spec === undefined || servicePort === undefined) throw new Error(`no port ${port} on ${key}`)
  const { targetPort = port, protocol = 'TCP' } = servicePort
  return inventory
    .list('Pod', namespace)
    .items.filter((pod) => !isFinished(pod) && hasLabels(pod.metadata.labels, spec.selector ?? {}))
    .map((pod) => {
      const declared = pod.spec.containers
        .flatMap<ContainerPort>(({ ports }) => ports)
        .find((item) => item.name === targetPort && (item.protocol ?? 'TCP') === protocol)
      const number = typeof targetPort === 'number' ? targetPort : declared?.containerPort
      if (number === undefined) throw new Error(`${key}: ${pod.metadata.name} has no port ${targetPort}`)
      return { to: `${namespace}/${pod.metadata.name}`, port: number }
    })
}

function tableCells(json: Json): readonly Assertion[] {
  const pods = texts(json['pods']) ?? []
  return list(json['tables'], (table) => table).flatMap((table) =>
    (texts(table['ports']) ?? []).flatMap((written) => {
      const [protocol, port] = written.split('/')
      const at = { protocol: protocolOf(protocol), port: Number(port), throughService: false }
      return (['both', 'egress', 'ingress'] as const).flatMap((part) =>
        (texts(table[part === 'both' ? 'rows' : part]) ?? []).flatMap((row, i) =>
          [...row].flatMap((cell, j): readonly Assertion[] => {
            if (cell === '-') return []
            if (cell !== '.' && cell !== 'X') throw new Error(`no cell: ${cell}`)
            return [{ ...at, from: pods[i] ?? '', to: pods[j] ?? '', part, isAllowed: cell === '.' }]
          }),
        ),
      )
    }),
  )
}

export function ends(world: World, { from, to }: Assertion) {
  return { source: endpointOf(world, from), destination: endpointOf(world, to) }
}
