import { joinReads, mapRead, type Read } from '../network/inventory/read.ts'
import type { Network } from '../network/network.ts'
import { ingressReply, type Stop } from '../network/routes/replies.ts'
import type { RouteRequest } from '../network/routes/request.ts'
import type {
  ChosenBackend,
  Reply,
  RouteAnswer,
  RouteEnd,
  RouteHop,
  RouteProof,
} from '../network/routes/route.ts'
import { routeConnection } from '../network/traffic/traffic.ts'
import { type HopKind, isBroken, type Outcome, type Path, type Reason } from './path.ts'
import { walk } from './walk.ts'

/** What a share of the requests like one gets, and from which hop. */
export interface PredictedReply {
  /** Of all requests like this one: above 0, at most 1. */
  readonly share: number
  /** `application`: the request gets to a pod, and that answers; absent where nobody can say. */
  readonly reply?: Reply | 'application' | undefined
  /** Seconds that pass before the reply, where that is more than a moment. */
  readonly afterSeconds?: number | undefined
  /** The hop that makes the reply. */
  readonly hop: RouteHop | HopKind | 'application'
  readonly reason?: Reason | undefined
  readonly proof: RouteProof
  /** The backend that the share is sent to; absent where the request ends before. */
  readonly chosen?: ChosenBackend | undefined
  readonly path?: Path | undefined
  /** Set where the route itself ends the request. */
  readonly end?: RouteEnd | undefined
}

/** What becomes of a request at one controller or Gateway. */
export interface Prediction {
  readonly answer: RouteAnswer
  readonly replies: readonly PredictedReply[]
  readonly outcome: Extract<Outcome, 'passes' | 'fails' | 'partly' | 'unknown'>
}

/** What a request gets from each controller and Gateway that it may meet: those that have a route for it first. */
export function predict(request: RouteRequest, network: Network): Read<Prediction> {
  return mapRead(joinReads([network.routes.answers(request)]), (answers) =>
    answers.map((answer) => predictionOf(answer, network)),
  )
}

function predictionOf(answer: RouteAnswer, network: Network): Prediction {
  const replies = repliesOf(answer, network)
  return { answer, replies, outcome: outcomeOf(replies) }
}

function repliesOf(answer: RouteAnswer, network: Network): readonly PredictedReply[] {
  const { outcome } = answer
  if (outcome.is === 'ends') return [ended(outcome.end, 1)]
  return outcome.backends.flatMap((chosen): readonly PredictedReply[] => {
    if (chosen.fate.is === 'ends') return [{ ...ended(chosen.fate.end, chosen.share), chosen }]
    const path = walk(routeConnection(chosen.backend), network)
    return behind(path, chosen, answer, outcome.proof, network)
  })
}

function ended(end: RouteEnd, share: number): PredictedReply {
  const { reply, afterSeconds, hop, reason, proof } = end
  return { share, reply, afterSeconds, hop, reason, proof, end }
}

/** The way from the proxy to the pods: where it breaks, the proxy makes the reply. */
function behind(
  path: Path,
  chosen: ChosenBackend,
  { serving }: RouteAnswer,
  proof: RouteProof,
  network: Network,
): readonly PredictedReply[] {
  const common = { chosen, path }
  const passes = (share: number): PredictedReply => ({
    ...common,
    share,
    reply: 'application',
    hop: 'application',
    proof: proof === 'proven' ? 'likely' : proof,
  })
  const broken = path.hops.find(({ verdict }) => isBroken(verdict))
  if (broken === undefined) {
    if (path.outcome !== 'unknown') return [passes(chosen.share)]
    const hop = path.hops.find(({ verdict }) => verdict.outcome === 'unknown')
    return [
      { ...common, share: chosen.share, hop: hop?.kind ?? 'endpoints', reason: 'not-read', proof: 'unknown' },
    ]
  }
  const { reason, share: part } = broken.verdict
  const controller = serving.is === 'served' ? serving.controller : undefined
  const stop = stopOf(reason)
  const { by } = chosen.backend
  const [ingress] =
    by.kind === 'Ingress' ? network.inventory.get('Ingress', by.namespace ?? '', by.name).items : []
  const made = stop === undefined ? undefined : ingressReply(stop, controller, ingress?.metadata.annotations)
  const inner = broken.branches?.flatMap(({ hops }) => hops).find(({ verdict }) => isBroken(verdict))
  const failing = part === undefined ? 1 : part.failing / part.of
  const reply: PredictedReply = {
    ...common,
    share: chosen.share * failing,
    reply: made?.reply,
    afterSeconds: made?.afterSeconds,
    hop: (inner ?? broken).kind,
    reason,
    proof: proofOf(made?.proof, failing, stop),
  }
  return failing < 1 ? [reply, passes(chosen.share * (1 - failing))] : [reply]
}

/**
 * Proxies try another endpoint where one fails, as far as their settings say; and whether denied packets are dropped or
 * refused is up to the network plugin.
 */
function proofOf(made: RouteProof | undefined, failing: number, stop: Stop | undefined): RouteProof {
  if (made === undefined) return 'unknown'
  return failing < 1 || stop === 'dropped' ? 'likely' : made
}

/** What a reason looks like to the proxy. */
function stopOf(reason: Reason | undefined): Stop | undefined {
  switch (reason) {
    case 'no-endpoints':
    case 'no-ready-endpoints':
    case 'port-without-endpoints':
    case 'no-local-endpoint':
      return 'no-endpoints'
    case 'pod-not-running':
      return 'refused'
    case 'egress-denied':
    case 'ingress-denied':
    case 'pod-gone':
    case 'address-not-of-pod':
      return 'dropped'
    default:
      return undefined
  }
}

/** Redirects and questions for credentials are what was asked for; a 404 of a route that nobody wrote fails. */
const wanted: ReadonlySet<string> = new Set(['redirect', 'authentication'])

function outcomeOf(replies: readonly PredictedReply[]): Prediction['outcome'] {
  const isGood = ({ reply, reason }: PredictedReply): boolean =>
    reply === 'application' || (reason !== undefined && wanted.has(reason))
  const isUnknown = ({ proof, reply }: PredictedReply): boolean => proof === 'unknown' && reply === undefined
  const failing = replies.filter((reply) => !isGood(reply) && !isUnknown(reply))
  if (failing.length > 0) return failing.length === replies.length ? 'fails' : 'partly'
  return replies.some(isUnknown) ? 'unknown' : 'passes'
}
