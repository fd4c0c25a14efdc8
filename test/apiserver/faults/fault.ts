import { expect } from 'vitest'
import type { Gap } from '../../../src/snapshot/snapshot.ts'
import type { Certificates } from '../certificates.ts'
import type { TestClock } from '../clock.ts'
import type { ApiServer, Handler, Protocol } from '../server.ts'
import type { SessionOptions } from '../session.ts'
import type { Store } from '../store.ts'

/** One run against a server that misbehaves. */
export interface Arranged {
  /** Go before the handlers of the healthy server. */
  readonly handlers?: readonly Handler[]
  /** What the server offers; absent: HTTP/2 and HTTP/1.1, as kube-apiserver does. */
  readonly protocol?: Protocol
  readonly session?: SessionOptions
}

/** Gets the healthy server's objects and certificates. */
export type Arrange = (store: Store, certificates: Certificates) => Arranged | Promise<Arranged>

/** What was seen of a run. */
export interface Run {
  readonly server: ApiServer
  readonly clock: TestClock
}

/**
 * How a reading must end.
 *
 * - `right`: nothing is missing, and the diagnosis is that of the healthy server.
 * - `gaps`: exactly these are missing, and `unknown` ways depend on them.
 * - `error`: one line, and no diagnosis.
 */
export type End =
  | { readonly is: 'right' }
  | { readonly is: 'gaps'; readonly gaps: readonly Partial<Gap>[]; readonly unknown: 'some' | 'none' }
  | { readonly is: 'error'; readonly code: string; readonly message: RegExp }

/** One way in which an API server, or what is before it, can be sick. */
export interface Fault {
  readonly name: string
  /** Makes the fault anew for each run; may start servers that end with the test. */
  readonly arrange: Arrange
  readonly end: End
  /** More that must hold: how often was it asked, how long was it waited for. */
  readonly also?: (run: Run) => void
}

export const right: End = { is: 'right' }

/** The end with one gap of a kind that ways depend on. */
export function gap(gap: Partial<Gap>, unknown: 'some' | 'none' = 'some'): End {
  return { is: 'gaps', gaps: [gap], unknown }
}

/** Answers the first so many requests that a handler wants to answer, and leaves the others to the next. */
export function first(times: number, handler: Handler): Handler {
  let left = times
  return (request) => {
    if (left === 0) return undefined
    const reply = handler(request)
    if (reply !== undefined) left--
    return reply
  }
}

/** Answers once for each path. */
export function oncePerPath(handler: Handler): Handler {
  const seen = new Set<string>()
  return (request) => {
    const isNew = !seen.has(request.path)
    seen.add(request.path)
    return isNew ? handler(request) : undefined
  }
}

/** The same fault over both protocols: they break in different ways. */
export function overBoth(fault: Fault): readonly Fault[] {
  return (['http/1.1', 'h2'] as const).map((protocol) => ({
    ...fault,
    name: `${fault.name}, over ${protocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1'}`,
    arrange: async (store, certificates) => ({ ...(await fault.arrange(store, certificates)), protocol }),
    also: (run) => {
      fault.also?.(run)
      const versions = run.server.requests.map(({ httpVersion }) => httpVersion)
      expect(new Set(versions)).toEqual(new Set([protocol === 'h2' ? '2.0' : '1.1']))
    },
  }))
}
