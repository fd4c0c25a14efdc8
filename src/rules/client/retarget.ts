import { type Edit, pointer } from '../../network/edit.ts'
import type { Dial, DialSource } from '../../network/references/dial.ts'
import { keyOf } from '../../snapshot/snapshot.ts'

/** Kinds whose pod template cannot be changed once they exist. */
const immutable = new Set(['Pod', 'Job'])

interface Replacement {
  readonly source: DialSource
  readonly text: string
}

/**
 * Edits that make dials lead to another host, and to another port when one is given: only the address in each value is
 * replaced, what stands around it stays.
 *
 * @returns `undefined` when an address stands where it cannot be edited
 */
export function retarget(dials: readonly Dial[], host: string, port?: number): readonly Edit[] | undefined {
  const replacements = dials.flatMap((dial) => replacementsOf(dial, host, port))
  const byField = Map.groupBy(replacements, ({ source }) => `${keyOf(source.object)} ${source.field}`)
  const operations = [...byField.values()].map(replaceIn)
  if (operations.some((item) => item === undefined)) return undefined
  const known = operations.filter((item) => item !== undefined)
  const byObject = Map.groupBy(known, ({ reference }) => keyOf(reference))
  return [...byObject.values()].flatMap((group): Edit[] => {
    const [first] = group
    return first === undefined
      ? []
      : [{ kind: 'patch', reference: first.reference, operations: group.map(({ operation }) => operation) }]
  })
}

function replacementsOf(dial: Dial, host: string, port: number | undefined): readonly Replacement[] {
  const { source, portSource } = dial
  if (portSource !== undefined) {
    const newPort =
      port === undefined || port === dial.port ? [] : [{ source: portSource, text: String(port) }]
    return [{ source, text: host }, ...newPort]
  }
  const wanted = port ?? dial.port
  const needsPort = dial.portWritten || (port !== undefined && port !== dial.port)
  return [{ source, text: needsPort && wanted !== undefined ? `${host}:${wanted}` : host }]
}

/** All replacements of one field as one operation, from the last to the first so that the positions hold. */
function replaceIn(replacements: readonly Replacement[]) {
  const [first] = replacements
  if (first === undefined) return undefined
  const { object, field, value, kind, key } = first.source
  const path = kind === 'config-map' ? pointer('data', key ?? '') : pathOf(field)
  if (path === undefined || (kind !== 'config-map' && immutable.has(object.kind))) return undefined
  const distinct = [...new Map(replacements.map((item) => [item.source.span[0], item])).values()]
  const changed = distinct
    .sort((a, b) => b.source.span[0] - a.source.span[0])
    .reduce(
      (text, { source, text: by }) => text.slice(0, source.span[0]) + by + text.slice(source.span[1]),
      value,
    )
  return { reference: object, operation: { op: 'replace', path, value: changed } } as const
}

/** `spec.template.spec.containers[0].env[2].value` as a JSON pointer; a field of the downward API cannot be edited. */
function pathOf(field: string): string | undefined {
  if (!field.startsWith('spec')) return undefined
  return pointer(...field.split('.').flatMap((part) => part.split('[').map((step) => step.replace(']', ''))))
}
