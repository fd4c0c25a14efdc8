import { type Dial, type DialSource, lineOf } from '../../network/references/dial.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import type { Evidence, Severity } from '../finding.ts'
import { listed, say, type Text, word } from '../text.ts'

/** The workload that opens a connection; `undefined` for routes and for the outside. */
export function clientOf({ client }: Connection): Workload | undefined {
  return client.kind === 'workload' ? client.workload : undefined
}

/** The address as the client uses it: `host:port`, or the host alone. */
export function addressText({ host, port, address }: Pick<Connection, 'host' | 'port' | 'address'>): string {
  const shown = address === 6 && port !== undefined ? `[${host}]` : host
  return port === undefined ? shown : `${shown}:${port}`
}

/** The fields that hold the address. Only the address itself is shown: what stands around it may hold a password. */
export function dialEvidence(dials: readonly Dial[]): readonly Evidence[] {
  return dials
    .flatMap(({ source, portSource }) => [source, ...(portSource === undefined ? [] : [portSource])])
    .map((source) => ({
      reference: source.object,
      field: source.field,
      value: written(source),
      line: lineOf(source),
    }))
}

/** The address as it stands in the field. */
function written({ value, span }: DialSource): string {
  return value.slice(...span)
}

/** Where the address is written: `container app, variable DATABASE_URL`. At most three places are named. */
export function whereWritten(dials: readonly Dial[]): Text {
  const places = [...new Map(dials.map(({ source }) => [placeKey(source), source])).values()]
  const shown = places.slice(0, 3).map(placeText)
  const more = places.length - shown.length
  return listed(more > 0 ? [...shown, word(`${more} more`)] : shown)
}

function placeKey({ object, container, key, kind }: DialSource): string {
  return [object.kind, object.name, container, key, kind].join(' ')
}

function placeText(source: DialSource): Text {
  const { container = '', key = '', kind, variable, object } = source
  const number = lineOf(source)
  const line = number === undefined ? say`` : say` line ${number}`
  switch (kind) {
    case 'config-map': {
      const by = variable === undefined ? say`` : say`, variable ${variable}`
      return say`${object} key ${key}${line}${by}`
    }
    case 'env':
      return say`container ${container}, variable ${key}${line}`
    case 'annotation':
      return say`annotation ${key}${line}`
    case 'host-alias':
      return say`hostAliases, ${key}`
    case 'lifecycle':
      return say`container ${container}, lifecycle hook${line}`
    case 'args':
    case 'command':
    case 'probe':
      return say`container ${container}, ${word(kind)}${line}`
  }
}

/** A workload that is scaled to zero dials nobody now: what is wrong with it can wait one step. */
export function severityFor({ replicas }: Workload, severity: Severity): Severity {
  if (replicas !== 0) return severity
  return severity === 'error' ? 'warning' : 'note'
}

/** A Service that is named but does not exist, as a reference. */
export function missingService(namespace: string, name: string): ObjectReference {
  return { apiVersion: 'v1', kind: 'Service', namespace, name }
}
