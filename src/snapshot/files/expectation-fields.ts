import { isRecord, type Json } from '../kinds/json.ts'

export type Protocol = 'TCP' | 'UDP' | 'SCTP'

/** One expected verdict. */
export interface Expectation {
  /** A place as everywhere, without port: `[namespace/][TYPE/]NAME`, an address, `world`; or `ip:ADDRESS`. */
  readonly from: string
  /** As `from`, or `svc:namespace/name`. */
  readonly to: string
  /** The port of the pod, or of the Service; by number or name. */
  readonly port: number | string
  readonly protocol: Protocol
  readonly expect: 'allow' | 'deny'
  /** The whole flow, or the verdict of one side alone. */
  readonly part: 'both' | 'egress' | 'ingress'
  /** Where it stands in its document. */
  readonly field: string
}

/** A field that cannot be read. */
export class FieldFault extends Error {
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']
const checkFields = ['from', 'to', 'port', 'protocol', 'expect']
const tableFields = ['ports', 'rows', 'egress', 'ingress']

const shown = (value: unknown): string => JSON.stringify(value) ?? 'absent'

function protocolOf(value: unknown, field: string): Protocol {
  const found = protocols.find((protocol) => protocol === value)
  if (found === undefined) throw new FieldFault(field, `protocol ${shown(value)} must be TCP, UDP or SCTP`)
  return found
}

function portOf(value: unknown, field: string): number | string {
  if (typeof value === 'string' && /^[a-z0-9-]*[a-z][a-z0-9-]*$/.test(value)) return value
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535) return value
  throw new FieldFault(field, `port ${shown(value)} must be a number between 1 and 65535, or a name`)
}

const forms = 'a place such as shop/web, shop/deploy/web, shop/svc/web:80, an IP address or world'

function endOf(value: unknown, name: 'from' | 'to', field: string): string {
  if (typeof value !== 'string' || value === '')
    throw new FieldFault(field, `${name} ${shown(value)} must be ${forms}`)
  if (name === 'from' && value.startsWith('svc:'))
    throw new FieldFault(field, `from ${shown(value)}: a Service dials nobody; use ${forms}`)
  if (name === 'from' && withPort.test(value) && !value.startsWith('ip:'))
    throw new FieldFault(field, `from ${shown(value)}: the port belongs to "to"`)
  return value
}

/** A place and its port: an IPv6 address with one stands in brackets. */
const withPort = /^(\[[^\]]*\]|[^:[\]]*):([^:]*)$/

interface Target {
  readonly to: string
  readonly port?: number | string | undefined
  readonly protocol?: Protocol | undefined
}

/** `shop/svc/api:80/TCP` is a place with its port. */
function targetOf(value: unknown, field: string): Target {
  const written = endOf(value, 'to', field)
  const [, prefix = '', rest = ''] = /^(svc:|ip:)?(.*)$/s.exec(written) ?? []
  const [, place, tail] = withPort.exec(rest) ?? []
  if (place === undefined || tail === undefined) return { to: written }
  const [number = '', protocol, ...more] = tail.split('/')
  if (more.length > 0) throw new FieldFault(field, `to ${shown(value)}: a port is written :80 or :80/UDP`)
  return {
    to: `${prefix}${place}`,
    port: portOf(/^-?\d+$/.test(number) ? Number(number) : number, field),
    protocol: protocol === undefined ? undefined : protocolOf(protocol.toUpperCase(), field),
  }
}

/** What is written twice must be the same. */
function agreed<T>(place: T | undefined, own: T | undefined, name: string, field: string): T | undefined {
  if (place !== undefined && own !== undefined && place !== own)
    throw new FieldFault(`${field}.${name}`, `${name} ${shown(own)} is not the one in to: ${shown(place)}`)
  return own ?? place
}

/** A field that is nearly one of ours was meant to be it: unread, it would change the question. */
function refuseSlips(json: Json, names: readonly string[], field: string): void {
  for (const key of Object.keys(json)) {
    if (names.includes(key)) continue
    const meant = names.find((name) => isSlip(key, name) && !Object.hasOwn(json, name))
    if (meant !== undefined) throw new FieldFault(`${field}.${key}`, `${key} is no field: ${meant} is`)
  }
}

/** One letter more, less or other, or two swapped; case does not matter. */
function isSlip(written: string, name: string): boolean {
  const a = written.toLowerCase()
  if (a === name) return true
  if (Math.abs(a.length - name.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === name[start]) start++
  const [restA, restB] = [a.slice(start), name.slice(start)]
  return (
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  )
}

/** @throws FieldFault at the first field that is wrong */
export function readCheck(value: unknown, field: string): Expectation {
  if (!isRecord(value))
    throw new FieldFault(field, `${shown(value)} is no check: it needs from, to, port and expect`)
  refuseSlips(value, checkFields, field)
  const target = targetOf(value['to'], `${field}.to`)
  const { expect } = value
  if (expect !== 'allow' && expect !== 'deny')
    throw new FieldFault(`${field}.expect`, `expect ${shown(expect)} must be allow or deny`)
  const own = value['port'] === undefined ? undefined : portOf(value['port'], `${field}.port`)
  const port = agreed(target.port, own, 'port', field)
  if (port === undefined)
    throw new FieldFault(field, `lacks the port: write to: ${target.to}:80, or port: 80`)
  const protocol =
    value['protocol'] === undefined ? undefined : protocolOf(value['protocol'], `${field}.protocol`)
  return {
    from: endOf(value['from'], 'from', `${field}.from`),
    to: target.to,
    port,
    protocol: agreed(target.protocol, protocol, 'protocol', field) ?? 'TCP',
    expect,
    part: 'both',
    field,
  }
}

/**
 * The cells of `tables`: `.` allow, `X` deny, `-` not asserted.
 *
 * @throws FieldFault at the first thing that is wrong
 */
export function readTables(json: Json): readonly Expectation[] {
  const { tables, pods } = json
  if (tables === undefined || tables === null) return []
  if (!Array.isArray(tables)) throw new FieldFault('tables', 'must be a list')
  if (!Array.isArray(pods) || pods.length === 0)
    throw new FieldFault('pods', 'tables need pods, a list of places such as shop/web')
  const names = pods.map((pod: unknown, index) => endOf(pod, 'from', `pods[${index}]`))
  return tables.flatMap((table: unknown, index) => readTable(table, names, `tables[${index}]`))
}

function readTable(table: unknown, pods: readonly string[], field: string): readonly Expectation[] {
  if (!isRecord(table)) throw new FieldFault(field, `${shown(table)} is no table: it needs ports and rows`)
  refuseSlips(table, tableFields, field)
  const { ports } = table
  if (!Array.isArray(ports) || ports.length === 0)
    throw new FieldFault(`${field}.ports`, 'must be a list like ["TCP/80"]')
  const asked = ports.map((port: unknown, index) => readPort(port, `${field}.ports[${index}]`))
  if (!['rows', 'egress', 'ingress'].some((name) => Object.hasOwn(table, name)))
    throw new FieldFault(field, 'has no rows')
  return (['rows', 'egress', 'ingress'] as const).flatMap((name) => {
    const cells = readRows(table[name], pods, `${field}.${name}`)
    const part = name === 'rows' ? 'both' : name
    return asked.flatMap((port) => cells.map((cell) => ({ ...cell, ...port, part })))
  })
}

function readPort(value: unknown, field: string): Pick<Expectation, 'port' | 'protocol'> {
  const [protocol, number, ...rest] = typeof value === 'string' ? value.split('/') : []
  if (rest.length > 0 || number === undefined || !/^\d+$/.test(number))
    throw new FieldFault(field, `${shown(value)} must be a protocol and a port, like "TCP/80"`)
  return { protocol: protocolOf(protocol, field), port: portOf(Number(number), field) }
}

type Cell = Pick<Expectation, 'from' | 'to' | 'expect' | 'field'>

function readRows(rows: unknown, pods: readonly string[], field: string): readonly Cell[] {
  if (rows === undefined) return []
  if (!Array.isArray(rows) || rows.length !== pods.length)
    throw new FieldFault(field, `must have ${pods.length} rows, one for each of pods`)
  return rows.flatMap((row: unknown, i) => {
    const at = `${field}[${i}]`
    if (typeof row !== 'string' || row.length !== pods.length)
      throw new FieldFault(at, `${shown(row)} must have ${pods.length} cells, one for each of pods`)
    return [...row].flatMap((cell, j): readonly Cell[] => {
      if (cell === '-') return []
      if (cell !== '.' && cell !== 'X')
        throw new FieldFault(at, `cell ${shown(cell)} must be . (allow), X (deny) or - (not asserted)`)
      return [{ from: pods[i] ?? '', to: pods[j] ?? '', expect: cell === '.' ? 'allow' : 'deny', field: at }]
    })
  })
}
