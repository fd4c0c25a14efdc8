import type { KindName, KubeObject } from '../../snapshot/kinds/kinds.ts'
import { type Gap, keyOf, type Snapshot } from '../../snapshot/snapshot.ts'
import { type CollectionListener, followCollection, type WatchAt, type WatchStart } from './collection.ts'

/** A cluster a moment later. */
export interface WatchStep {
  /** Everything that is known now. */
  readonly snapshot: Snapshot
  /** What is different from the step before, each object once. */
  readonly put: readonly KubeObject[]
  readonly removed: readonly KubeObject[]
  /** Not empty: the server does not tell what changed, and the snapshot may be old. */
  readonly stale: readonly Gap[]
}

/** Changes come in groups: a rollout writes ten objects at once. */
const settleMs = 300
/** Ages count too: what is not ready for a moment is no fault until it lasts. */
const tickMs = 30_000

/**
 * Follows what was read, and yields a step whenever something changed or time passed, until the signal is aborted. While
 * a step is worked on, changes gather, each object once: the memory is that of the objects, twice at most.
 *
 * @param starts the collections to follow, as they were read
 * @throws as `followCollection`
 */
export async function* watchSnapshot(
  at: WatchAt,
  first: Snapshot,
  starts: readonly WatchStart[],
): AsyncGenerator<WatchStep, never> {
  const state = createState(first, starts)
  const stop = new AbortController()
  const within = { ...at, signal: AbortSignal.any([at.signal, stop.signal]) }
  const startedMs = at.clock.now()
  for (const [index, start] of starts.entries())
    followCollection(within, start, state.listener(index)).catch((error: unknown) => state.failed(error))
  try {
    for (;;) {
      await nap(within, tickMs, state.woken())
      await nap(within, settleMs)
      yield state.step(Date.parse(first.takenAt) + at.clock.now() - startedMs)
    }
  } finally {
    stop.abort(new Error('the watch is over'))
  }
}

/**
 * Waits some milliseconds, or less when it is woken.
 *
 * @throws what it is woken with; the signal's reason
 */
async function nap({ clock, signal }: WatchAt, ms: number, woken?: Promise<void>): Promise<void> {
  const enough = new AbortController()
  const slept = clock.sleep(ms, AbortSignal.any([signal, enough.signal])).catch(() => undefined)
  try {
    await Promise.race([slept, ...(woken === undefined ? [] : [woken])])
  } finally {
    enough.abort(new Error('woken'))
  }
  signal.throwIfAborted()
}

function createState(first: Snapshot, starts: readonly WatchStart[]) {
  const objects = new Map(first.objects.map((object) => [keyFor(object), object]))
  let put = new Map<string, KubeObject>()
  let removed = new Map<string, KubeObject>()
  const gaps = new Map<number, { readonly gap: Gap; readonly isStale: boolean }>()
  // One promise for each step, so that none outlives it.
  let failure: { readonly error: unknown } | undefined
  let waking = Promise.withResolvers<void>()
  const noted = (): void => waking.resolve()
  const listener = (index: number): CollectionListener => ({
    changed: (found, gone) => {
      for (const object of gone) {
        const key = keyFor(object)
        objects.delete(key)
        put.delete(key)
        removed.set(key, object)
      }
      for (const object of found) {
        const key = keyFor(object)
        objects.set(key, object)
        removed.delete(key)
        put.set(key, object)
      }
      noted()
    },
    behind: (gap, isStale) => {
      const isNew = gaps.get(index)?.gap.detail !== gap?.detail
      if (gap === undefined) gaps.delete(index)
      else gaps.set(index, { gap, isStale })
      if (isNew) noted()
    },
  })
  return {
    listener,
    woken: (): Promise<void> => waking.promise,
    failed: (error: unknown): void => {
      waking.promise.catch(() => undefined)
      waking.reject(error)
      failure = { error }
    },
    step: (nowMs: number): WatchStep => {
      const lost = [...gaps].filter(([, { isStale }]) => !isStale).map(([index]) => starts[index])
      const step = {
        snapshot: {
          ...first,
          takenAt: new Date(nowMs).toISOString(),
          objects: [...objects.values()],
          coverage: {
            ...first.coverage,
            kinds: without(first.coverage.kinds, lost),
            gaps: [...first.coverage.gaps, ...[...gaps.values()].map(({ gap }) => gap)],
          },
        },
        put: [...put.values()],
        removed: [...removed.values()],
        stale: [...gaps.values()].filter(({ isStale }) => isStale).map(({ gap }) => gap),
      }
      put = new Map()
      removed = new Map()
      waking = Promise.withResolvers<void>()
      if (failure !== undefined) throw failure.error
      return step
    },
  }
}

/** The coverage without collections that may no longer be read. */
function without(
  kinds: Snapshot['coverage']['kinds'],
  lost: readonly (WatchStart | undefined)[],
): Snapshot['coverage']['kinds'] {
  const left: Partial<Record<KindName, NonNullable<(typeof kinds)[KindName]>>> = { ...kinds }
  for (const start of lost) {
    if (start === undefined || start.target.query !== undefined) continue
    const { kind, namespace } = start.target
    const coverage = left[kind]
    if (coverage === undefined) continue
    if (coverage.namespaces === 'all' || namespace === undefined) delete left[kind]
    else left[kind] = { ...coverage, namespaces: coverage.namespaces.filter((name) => name !== namespace) }
  }
  return left
}

function keyFor({ kind, metadata }: KubeObject): string {
  return keyOf({ kind, namespace: metadata.namespace, name: metadata.name })
}
