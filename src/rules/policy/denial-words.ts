import type { Clause } from '../../network/policy/clause.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { addressText, clientOf } from '../client/dialled.ts'
import type { Evidence } from '../finding.ts'
import { keyField, labelsField } from '../service/fields.ts'
import { counted, listed, say, type Text, word } from '../text.ts'
import type { Denial } from './denials.ts'

const mostNames = 4

/** `Deployment web`, `web, api and cart`, `web, api, cart, bff and 3 more`. */
export function clientWords(workloads: readonly Workload[]): Text {
  const [only, second] = workloads
  if (only !== undefined && second === undefined) return say`${only.reference}`
  return names(workloads.map(({ reference }) => say`${reference.name}`))
}

/** `a, b and c`, and how many more. */
export function names(items: readonly Text[]): Text {
  const more = items.length - mostNames
  return more > 0 ? listed([...items.slice(0, mostNames), word(`${more} more`)]) : listed(items)
}

/** `Service web:80`, or the address that is dialled. */
export function targetWords({ connection, destination }: Denial): Text {
  if (destination.kind !== 'service') return say`${addressText(connection)}`
  const port = destination.port?.port ?? connection.port
  return port === undefined
    ? say`${referenceTo(destination.service)}`
    : say`${referenceTo(destination.service)}:${port}`
}

/** `2 of 3 pods of it`, where not all of a Service's pods are out of reach. */
export function shareWords({ share }: Denial): Text {
  return share === undefined ? say`` : say` (${share.failing} of ${counted(share.of, 'pod')})`
}

/** What a rule asks for and the packet does not have: `tier=backend`, `port 9090`. */
export function wantedWords(clauses: readonly Clause[]): Text {
  return distinct(clauses.map(({ is, wanted }) => clauseText(is, wanted)))
}

/** What the packet has instead. */
export function actualWords(clauses: readonly Clause[]): Text {
  return distinct(clauses.map(({ is, actual }) => clauseText(is, actual)))
}

const distinct = (texts: readonly string[]): Text => listed([...new Set(texts)].map((text) => say`${text}`))

const clauseText = (is: Clause['is'], text: string): string =>
  is === 'port' && /^\d/.test(text) ? `port ${text}` : text

/** A label of a workload's pods as evidence; nothing for clauses that are not about labels of pods. */
export function labelEvidence(connection: Connection, clauses: readonly Clause[]): readonly Evidence[] {
  const workload = clientOf(connection)
  if (workload === undefined) return []
  return clauses.flatMap(({ is, wanted }) => {
    const [, key] = /^!?([^=! ]+)/.exec(wanted) ?? []
    if (is !== 'podSelector' || key === undefined) return []
    return [
      {
        reference: workload.reference,
        field: keyField(labelsField(workload), key),
        value: workload.labels[key],
      },
    ]
  })
}

/** A command that shows whether a client gets through; it needs nc in the client's image. */
export function tryIt({ connection }: Denial): Text | undefined {
  const workload = clientOf(connection)
  if (workload === undefined || connection.port === undefined || connection.protocol !== 'TCP')
    return undefined
  const { kind, name } = workload.reference
  return say`kubectl -n ${workload.namespace} exec ${`${kind.toLowerCase()}/${name}`} -- nc -zvw 3 ${connection.host} ${connection.port}`
}
