import { isRecord, record, text } from '../../snapshot/kinds/json.ts'
import { definitionOf, type KubeObject, parseObject } from '../../snapshot/kinds/kinds.ts'
import type { ListTarget } from '../lists.ts'

/**
 * One line of a watch.
 *
 * - `expired`: the revision that was asked for is too old (410).
 * - `failed`: any other error, or a line that is none of ours.
 */
export type WatchEvent =
  | { readonly is: 'put' | 'removed'; readonly object: KubeObject; readonly revision: string | undefined }
  | { readonly is: 'bookmark'; readonly revision: string | undefined }
  | { readonly is: 'expired' }
  | { readonly is: 'failed'; readonly detail: string }

/** Parses a line of a watch, and projects the object in it. Never throws. */
export function watchEventOf(line: string, { kind, version }: ListTarget): WatchEvent {
  const json = jsonOf(line)
  const object = record(json['object'])
  const revision = text(record(object['metadata'])['resourceVersion'])
  switch (json['type']) {
    case 'BOOKMARK':
      return { is: 'bookmark', revision }
    case 'ERROR':
      return object['code'] === 410
        ? { is: 'expired' }
        : { is: 'failed', detail: text(object['message']) ?? 'the server ended the watch with an error' }
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED': {
      const { group } = definitionOf(kind)
      const parsed = parseObject(object, group === '' ? version : `${group}/${version}`, kind)
      if (parsed?.kind !== kind)
        return { is: 'failed', detail: 'an object of the watch could not be understood' }
      return { is: json['type'] === 'DELETED' ? 'removed' : 'put', object: parsed, revision }
    }
    default:
      return { is: 'failed', detail: 'the server answered something that is not a watch' }
  }
}

function jsonOf(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}
