import type { KubeObject } from '../../snapshot/kinds/kinds.ts'
import { KnownError } from '../../snapshot/known-error.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Clock } from '../clock.ts'
import { type ListTarget, listPath, readList } from '../lists.ts'
import { gapOf } from '../reader.ts'
import type { Transport } from '../transport.ts'
import { watchEventOf } from './event.ts'

/** Where a watch begins: after a list of this revision. Absent: with a list. */
export interface WatchStart {
  readonly target: ListTarget
  readonly revision?: string | undefined
  readonly objects: readonly KubeObject[]
}

/** Hears of a collection. */
export interface CollectionListener {
  changed(put: readonly KubeObject[], removed: readonly KubeObject[]): void
  /** What is not known at the moment; `undefined`: all is. `isStale`: what was known may have changed since. */
  behind(gap: Gap | undefined, isStale: boolean): void
}

/** As client-go's reflector: 0.8 s, doubled up to 30 s, and as much again by chance. */
const watchLimits = {
  firstWaitMs: 800,
  longestWaitMs: 30_000,
  /** A watch lives from five to ten minutes; the server ends it, and it is resumed. */
  lifeSeconds: 300,
  /** Added to its life before a silent connection is given up. */
  graceMs: 30_000,
  /** Between two lists where watching is forbidden. */
  pollMs: 15_000,
  /** Refusals in a row before what is known counts as stale: a watch that is resumed at once is nobody's business. */
  tolerated: 1,
} as const

export interface WatchAt {
  readonly transport: Transport
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** How a watch ended, and from where it can be resumed. */
interface Ended {
  readonly revision: string | undefined
  readonly why: 'ended' | 'expired' | 'forbidden' | 'failed'
  readonly detail?: string | undefined
  /** Whether anything came, or it was open for long: then the next one need not wait. */
  readonly heard: boolean
  /** Whether it was opened, and so told all that happened before. */
  readonly opened: boolean
}

/**
 * Follows one collection until the signal is aborted: lists where it has to, watches from the revision of the list, resumes
 * where a watch ended, lists again when the revision is too old, and waits longer and longer while that fails. Holds the
 * collection's objects, and nothing else.
 *
 * @throws KnownError `UNAUTHORIZED`; the signal's reason
 */
export async function followCollection(
  at: WatchAt,
  start: WatchStart,
  listener: CollectionListener,
): Promise<never> {
  const { transport, clock, signal } = at
  const { target } = start
  const known = new Map(start.objects.map((object) => [keyIn(object), object]))
  let { revision } = start
  let failures = 0
  let refusals = 0
  const wait = async (ms: number): Promise<void> => clock.sleep(ms, signal)
  const backOff = (): Promise<void> =>
    wait(
      Math.min(watchLimits.firstWaitMs * 2 ** (failures - 1), watchLimits.longestWaitMs) *
        (1 + clock.random()),
    )
  for (;;) {
    signal.throwIfAborted()
    if (revision === undefined) {
      const result = await readList(transport, target)
      if (result.result !== 'whole' || result.revision === undefined) {
        failures++
        const gap =
          result.result === 'whole'
            ? { kind: target.kind, why: 'failed' as const, detail: 'the list has no resourceVersion' }
            : gapOf(target.kind, target.namespace, result)
        if (gap.why === 'forbidden') replace(known, [], listener)
        listener.behind(gap, gap.why !== 'forbidden')
        await backOff()
        continue
      }
      replace(known, result.objects, listener)
      listener.behind(undefined, false)
      revision = result.revision
      failures = 0
    }
    const ended: Ended = await follow(at, target, revision, known, listener)
    revision = ended.why === 'expired' || ended.why === 'forbidden' ? undefined : ended.revision
    if (ended.why === 'forbidden') {
      await wait(watchLimits.pollMs)
      continue
    }
    failures = ended.heard ? 0 : failures + 1
    if (ended.why === 'failed') failures = Math.max(failures, 1)
    refusals = ended.opened ? 0 : refusals + 1
    if (refusals > watchLimits.tolerated) listener.behind(staleGap(target, ended), true)
    if (failures > 0) await backOff()
  }
}

async function follow(
  { transport, clock, signal }: WatchAt,
  target: ListTarget,
  from: string,
  known: Map<string, KubeObject>,
  listener: CollectionListener,
): Promise<Ended> {
  const seconds = Math.ceil(watchLimits.lifeSeconds * (1 + clock.random()))
  const life = clock.deadline(seconds * 1_000 + watchLimits.graceMs)
  let revision: string | undefined = from
  let heard = false
  let openedMs: number | undefined
  const ended = (why: Ended['why'], detail?: string): Ended => {
    const lastedMs = openedMs === undefined ? 0 : clock.now() - openedMs
    return {
      revision,
      why,
      detail,
      heard: heard || lastedMs > watchLimits.longestWaitMs,
      opened: openedMs !== undefined,
    }
  }
  try {
    const until = AbortSignal.any([signal, life.signal])
    const answer = await transport.open(watchPath(target, from, seconds), until)
    if (answer.status === 410) return ended('expired')
    if (answer.status === 403) return ended('forbidden')
    if (answer.status !== 200) return ended('failed', `the server answered ${answer.status}`)
    openedMs = clock.now()
    // It is up to date as soon as it is resumed: what it missed comes first.
    listener.behind(undefined, false)
    for await (const line of answer.lines) {
      const event = watchEventOf(line, target)
      if (event.is === 'expired') return ended('expired')
      if (event.is === 'failed') return ended('failed', event.detail)
      heard = true
      revision = event.revision ?? revision
      if (event.is === 'put') {
        known.set(keyIn(event.object), event.object)
        listener.changed([event.object], [])
      } else if (event.is === 'removed') {
        known.delete(keyIn(event.object))
        listener.changed([], [event.object])
      }
    }
    return ended('ended')
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof KnownError && error.code === 'UNAUTHORIZED') throw error
    return ended('failed', error instanceof Error ? error.message : String(error))
  } finally {
    life.clear()
  }
}

function watchPath(target: ListTarget, revision: string, seconds: number): string {
  const query = new URLSearchParams({
    ...target.query,
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: revision,
    timeoutSeconds: String(seconds),
  })
  return `${listPath(target)}?${query}`
}

/** Takes a new list for the old one, and tells the difference. */
function replace(
  known: Map<string, KubeObject>,
  objects: readonly KubeObject[],
  listener: CollectionListener,
): void {
  const now = new Map(objects.map((object) => [keyIn(object), object]))
  const removed = [...known].filter(([key]) => !now.has(key)).map(([, object]) => object)
  known.clear()
  for (const [key, object] of now) known.set(key, object)
  if (objects.length + removed.length > 0) listener.changed(objects, removed)
}

function staleGap({ kind, namespace }: ListTarget, { detail }: Ended): Gap {
  const why = detail ?? 'the server ended the watch at once'
  return { kind, namespace, why: 'failed', detail: `it is not known what changed since: ${why}` }
}

function keyIn({ metadata: { namespace = '', name } }: KubeObject): string {
  return `${namespace}/${name}`
}
