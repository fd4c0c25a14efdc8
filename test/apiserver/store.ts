import { isRecord } from '../../src/snapshot/kinds/json.ts'
import { definitionOf, type KindName } from '../../src/snapshot/kinds/kinds.ts'
import { type ApiObject, apiVersionOf, collectionOf } from './collections.ts'
import { type ApiRequest, type Handler, status } from './server.ts'
import type { Reply } from './wire.ts'

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED'

interface Change {
  readonly revision: number
  readonly type: EventType
  readonly object: ApiObject
}

/**
 * Objects with a history, as etcd keeps them: lists in pages of one revision, continue tokens that expire when the
 * history is compacted, and watches. Items of a list carry no kind and no apiVersion, as those of built-in kinds.
 */
export class Store {
  #revision = 1_000
  #compacted = 0
  readonly #objects: readonly ApiObject[]
  readonly #changes: Change[] = []
  readonly #pageSize: number
  readonly #watchers = new Set<() => void>()

  /** @param pageSize the most that one page holds, whatever the client asks for */
  constructor(objects: readonly ApiObject[], pageSize = 500) {
    this.#objects = objects
    this.#pageSize = pageSize
  }

  get revision(): number {
    return this.#revision
  }

  /** Adds, replaces or removes an object: one revision each. */
  change(type: EventType, object: ApiObject): void {
    this.#changes.push({ revision: ++this.#revision, type, object })
    for (const wake of this.#watchers) wake()
  }

  /** Forgets the history before now: older continue tokens and watches get a 410. */
  compact(): void {
    this.#compacted = this.#revision
  }

  /** Answers lists and watches of these objects. */
  readonly handler: Handler = (request) => {
    const collection = collectionOf(request)
    if (collection === undefined) return undefined
    const isWanted = ({ kind, metadata }: ApiObject): boolean =>
      kind === collection.kind &&
      (collection.namespace === undefined || metadata.namespace === collection.namespace)
    return request.query.get('watch') === null || request.query.get('watch') === 'false'
      ? this.#list(request, collection.kind, isWanted)
      : this.#watch(request, collection.kind, isWanted)
  }

  #at(revision: number): readonly ApiObject[] {
    const now = new Map(this.#objects.map((object) => [keyOf(object), object]))
    for (const { revision: at, type, object } of this.#changes) {
      if (at > revision) break
      if (type === 'DELETED') now.delete(keyOf(object))
      else now.set(keyOf(object), object)
    }
    return [...now.values()]
  }

  #list({ query }: ApiRequest, kind: KindName, isWanted: (object: ApiObject) => boolean): Reply {
    const [revision = 0, start = 0] = query.get('continue')?.split(':').map(Number) ?? [this.#revision, 0]
    if (query.has('continue') && revision < this.#compacted) {
      return status(410, 'Expired', 'The provided continue parameter is too old')
    }
    const isSelected = labelSelectorOf(query)
    const all = this.#at(revision).filter((object) => isWanted(object) && isSelected(object))
    const limit = query.has('limit') ? Math.min(Number(query.get('limit')), this.#pageSize) : all.length
    const items = all.slice(start, start + limit).map(withoutType)
    const isLast = start + limit >= all.length
    return {
      json: {
        kind: `${definitionOf(kind).apiKind ?? kind}List`,
        apiVersion: apiVersionOf(kind),
        metadata: {
          resourceVersion: String(revision),
          ...(!isLast && {
            continue: `${revision}:${start + limit}`,
            remainingItemCount: all.length - start - limit,
          }),
        },
        // As Go encodes an empty slice that was never made.
        items: items.length === 0 ? null : items,
      },
    }
  }

  #watch({ query }: ApiRequest, kind: KindName, isWanted: (object: ApiObject) => boolean): Reply {
    const since = Number(query.get('resourceVersion') ?? this.#revision)
    if (since < this.#compacted) {
      const object = status(410, 'Expired', `too old resource version: ${since}`).json
      return { text: `${JSON.stringify({ type: 'ERROR', object })}\n` }
    }
    const wantsBookmarks = query.get('allowWatchBookmarks') === 'true'
    return { parts: this.#events(since, kind, isWanted, wantsBookmarks) }
  }

  async *#events(
    since: number,
    kind: KindName,
    isWanted: (object: ApiObject) => boolean,
    wantsBookmarks: boolean,
  ): AsyncGenerator<string> {
    const apiVersion = apiVersionOf(kind)
    const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`
    let seen = since
    for (;;) {
      for (const { revision, type, object } of this.#changes.filter(({ revision: at }) => at > seen)) {
        seen = revision
        const metadata = { ...object.metadata, resourceVersion: String(revision) }
        if (isWanted(object)) yield line(type, { ...object, kind, apiVersion, metadata })
      }
      if (wantsBookmarks) {
        yield line('BOOKMARK', { kind, apiVersion, metadata: { resourceVersion: String(seen) } })
      }
      await new Promise<void>((wake) => {
        const once = (): void => {
          this.#watchers.delete(once)
          wake()
        }
        this.#watchers.add(once)
      })
    }
  }
}

function keyOf({ kind, metadata }: ApiObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`
}

function withoutType({ kind: _kind, apiVersion: _version, ...rest }: ApiObject): object {
  return rest
}

/** One requirement of a label selector: `key=value` or `key in (one,other)`. */
function labelSelectorOf(query: URLSearchParams): (object: ApiObject) => boolean {
  const selector = query.get('labelSelector')
  if (selector === null) return () => true
  const {
    key = '',
    value,
    values,
  } = /^(?<key>[^= ]+)(?:=(?<value>.*)| in \((?<values>.*)\))$/.exec(selector)?.groups ?? {}
  const wanted = values?.split(',') ?? [value]
  return ({ metadata: { labels } }) => {
    const found = isRecord(labels) ? labels[key] : undefined
    return typeof found === 'string' && wanted.includes(found)
  }
}
