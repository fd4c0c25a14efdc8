import type { Network } from '../network/network.ts'
import { ingressReply } from '../network/routes/replies.ts'
import { place } from '../network/traffic/place.ts'
import { keyOf } from '../snapshot/snapshot.ts'
import type { Path } from '../trace/path.ts'
import type { PredictedReply, Prediction } from '../trace/prediction.ts'
import type { Diagnosis, Problem } from './diagnosis.ts'

/** Likely faults of pods that the API does not prove: nothing listens, so that the proxy is refused. */
const refusing: ReadonlySet<string> = new Set([
  'endpoint/no-server-declared',
  'service/debug-pod-is-endpoint',
])

/**
 * Predictions with what a diagnosis of the same routes suspects: a request that gets to a pod in which nothing seems to
 * listen is likely answered by the proxy, and not by the application.
 */
export function withSuspects(
  predictions: readonly Prediction[],
  { problems }: Pick<Diagnosis, 'problems'>,
  network: Network,
): readonly Prediction[] {
  const suspects = problems.filter(({ cause }) => refusing.has(cause.rule))
  if (suspects.length === 0) return predictions
  return predictions.map((prediction) => {
    const replies = prediction.replies.flatMap((reply) => suspected(reply, prediction, suspects, network))
    const failing = replies.filter(({ reply, proof }) => reply !== 'application' && proof !== 'unknown')
    const changed =
      replies.length !== prediction.replies.length ||
      replies.some((item, index) => item !== prediction.replies[index])
    if (!changed) return prediction
    return { ...prediction, replies, outcome: failing.length === replies.length ? 'fails' : 'partly' }
  })
}

function suspected(
  reply: PredictedReply,
  { answer: { serving } }: Prediction,
  suspects: readonly Problem[],
  network: Network,
): readonly PredictedReply[] {
  const { path } = reply
  if (reply.reply !== 'application' || path === undefined) return [reply]
  const suspect = suspects.find((problem) => meets(path, problem, network))
  if (suspect === undefined) return [reply]
  const controller = serving.is === 'served' ? serving.controller : undefined
  const { share } = suspect.cause
  const part = share === undefined ? 1 : share.failing / share.of
  const refused: PredictedReply = {
    ...reply,
    share: reply.share * part,
    reply: ingressReply('refused', controller).reply,
    hop: 'listener',
    reason: 'no-listener',
    proof: 'likely',
  }
  return part < 1 ? [refused, { ...reply, share: reply.share * (1 - part) }] : [refused]
}

/** Whether a way ends at the pods that a problem is about. */
function meets(path: Path, { cause, breaks }: Problem, network: Network): boolean {
  if (breaks.some(({ connection }) => connection.key === path.connection.key)) return true
  const [workload] = network.workloads.get(cause.about.namespace ?? '', keyOf(cause.about)).items
  if (workload === undefined) return false
  const pods = place.pods(workload)
  return path.hops.some(({ behind }) => behind.includes(pods))
}
