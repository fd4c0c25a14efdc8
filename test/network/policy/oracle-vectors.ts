import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Protocol } from '../../../src/network/policy/model.ts'
import { Services } from '../../../src/network/services/services.ts'
import { Workloads } from '../../../src/network/workloads/workloads.ts'
import { isRecord, type Json, list, record, text, texts } from '../../../src/snapshot/kinds/json.ts'
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
  /** Answers in which the suite's text contradicts its own manifest, which counts. */
  readonly disputed: readonly { readonly suiteSays: string; readonly expect: string }[]
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
    disputed: checks.flatMap(({ suiteSays, expect }) =>
      suiteSays === undefined ? [] : [{ suiteSays: text(suiteSays) ?? '', expect: text(expect) ?? '' }],
    ),
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

/** Where the Service model sends a connection: each endpoint with its target port. */
function serviceEndpoints(
  { inventory }: World,
  key: string,
  port: number,
): readonly { readonly to: string; readonly port: number }[] {
  const [namespace = '', name = ''] = key.split('/')
  const services = new Services(inventory, new Workloads(inventory))
  const [service] = services.get(namespace, name).items
  const servicePort = service?.spec.ports.find((item) => item.port === port)
  if (service === undefined || servicePort === undefined) throw new Error(`no port ${port} on ${key}`)
  return services.ofPort(service, servicePort).items.map(({ pod, targetPort }) => {
    if (pod === undefined || targetPort === undefined)
      throw new Error(`${key} has an endpoint without pod or port`)
    return { to: `${namespace}/${pod.metadata.name}`, port: targetPort }
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
