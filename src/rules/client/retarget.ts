import { type Edit, pointer } from '../../network/edit.ts'
import type { Dial, DialSource } from '../../network/references/dial.ts'
import { keyOf } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { say } from '../text.ts'
import { whereWritten } from './dialled.ts'

/** Kinds whose pod template cannot be changed once they exist. */
const immutable = new Set(['Pod', 'Job'])

interface Replacement {
  readonly source: DialSource
  readonly text: string
}

/** Longer texts are files: nobody reads them as a patch. */
const longestShown = 300

/** Keys and options of clients whose value may be a password. */
const secretKeys =
  /(?:pass|pwd|secret|token|key|credential|auth|sig)[a-z_]{0,20}["']?\s{0,2}[=:]|\s-[upa]\s{0,2}[^\d\s]/i

/**
 * How to make dials lead to another host, and to another port when one is given: edits that replace only the address in
 * each value and leave what stands around it. Advice where the value cannot be edited, or should not be printed because
 * it is a whole file or may hold a password.
 */
export function mend(
  dials: readonly Dial[],
  host: string,
  port?: number,
): Pick<FindingDraft, 'fix' | 'advice'> {
  const [alias] = dials.flatMap(({ source }) => (source.kind === 'host-alias' ? [source] : []))
  if (alias !== undefined)
    return {
      advice: [say`take ${alias.value} out of hostAliases, and dial ${host} in place of ${alias.key ?? ''}`],
    }
  const edits = retarget(dials, host, port)
  if (edits !== undefined) {
    const isConfig = edits.some(({ reference }) => reference.kind === 'ConfigMap')
    return { fix: { edits, note: isConfig ? say`Pods read it anew after a restart.` : undefined } }
  }
  const [first] = dials
  const all = first === undefined ? [] : replacementsOf(first, host, port)
  // Where the host stays, it is the port, written elsewhere, that changes.
  const change = all.find(({ source, text }) => text !== writtenIn(source)) ?? all[0]
  const wanted = change?.text ?? host
  const seen = change === undefined ? '' : writtenIn(change.source)
  return { advice: [say`write ${wanted} in place of ${seen} (${whereWritten(dials)})`] }
}

const writtenIn = ({ value, span }: DialSource): string => value.slice(...span)

function retarget(
  dials: readonly Dial[],
  host: string,
  port: number | undefined,
): readonly Edit[] | undefined {
  const replacements = dials.flatMap((dial) => replacementsOf(dial, host, port))
  if (!replacements.every(({ source }) => canBeShown(source))) return undefined
  const byField = Map.groupBy(replacements, ({ source }) => `${keyOf(source.object)} ${source.field}`)
  const operations = [...byField.values()].map(replaceIn)
  const known = operations.filter((item) => item !== undefined)
  if (known.length < operations.length) return undefined
  const byObject = Map.groupBy(known, ({ reference }) => keyOf(reference))
  return [...byObject.values()].flatMap((group): Edit[] => {
    const [first] = group
    const all = group.map(({ operation }) => operation)
    return first === undefined ? [] : [{ kind: 'patch', reference: first.reference, operations: all }]
  })
}

/** Whether the text around the address is short and holds neither userinfo with a password nor a key for one. */
function canBeShown({ value, span: [start, end] }: DialSource): boolean {
  if (value.length > longestShown) return false
  const before = value.slice(0, start)
  const hasPassword = before.endsWith('@') && /:[^/]/.test(before.slice(before.lastIndexOf('/') + 1))
  return !hasPassword && !secretKeys.test(before) && !secretKeys.test(value.slice(end))
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
  const [, map, key] = /^([^"]+)\["(.+)"\]$/.exec(field) ?? []
  if (map !== undefined && key !== undefined) return pointer(...map.split('.'), key)
  return pointer(...field.split('.').flatMap((part) => part.split('[').map((step) => step.replace(']', ''))))
}
