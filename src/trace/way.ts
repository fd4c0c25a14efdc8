import type { Network } from '../network/network.ts'
import type { Endpoint } from '../network/services/endpoint.ts'
import type { Connection } from '../network/traffic/connection.ts'
import type { Resolved } from '../network/traffic/destination.ts'
import type { Place } from '../network/traffic/place.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import type { HopKind, Path, Verdict } from './path.ts'

/** A connection on its way: what it leads to, and inside a branch the endpoint that was chosen. */
export interface Way {
  readonly connection: Connection
  readonly resolved: Resolved
  readonly endpoint?: Endpoint | undefined
  /** Set where policies are known to let the packets pass, whichever endpoint is chosen. */
  readonly passesPolicies?: boolean
  /** Nodes that the client runs on, or would; empty when not known. */
  readonly clientNodes: readonly string[]
}

export interface Judgement {
  readonly place: Place
  readonly verdict: Verdict
  readonly behind?: readonly Place[]
  /** Endpoints that the walk branches into. */
  readonly choices?: readonly Endpoint[]
  /** Not empty: these endpoints or some of them are chosen; which ones depends on what was not read. */
  readonly uncertain?: readonly Gap[]
}

/** Walks a connection that another one needs first, such as a lookup. */
export type Walk = (connection: Connection, network: Network) => Path

/** One kind of hop: where it lies and whether the packet gets through. */
export interface HopJudge {
  readonly kind: HopKind
  /** Judged once for each endpoint, behind the hop `endpoints`. */
  readonly perEndpoint: boolean
  /** Judged by the endpoint alone, whoever the client is. */
  readonly isSameForClients?: boolean
  readonly judge: (way: Way, network: Network, walk: Walk) => Judgement
}
