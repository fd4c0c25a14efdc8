import { KnownError } from '../snapshot/known-error.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import { outcomeOf } from './outcome.ts'
import type { Transport } from './transport.ts'

/** Lines of a log, oldest first and untrusted, or why there are none. */
export type PreviousLog = { readonly lines: readonly string[] } | { readonly gap: Gap }

/** Counted from the first of the wanted lines, so room for long ones. */
const logLimitBytes = 1024 * 1024

/**
 * What the kubelet sends with status 200 in place of a log when the node keeps only the newest dead container and
 * that is the current one (seen with Kubernetes 1.36 between a crash and CrashLoopBackOff).
 */
const removed = 'unable to retrieve container logs for '
const removedDetail =
  'the node no longer has the log of the previous run: try kubectl logs without --previous'

/**
 * Reads the last lines of a container's previous run.
 *
 * @throws KnownError `UNAUTHORIZED`; the signal's reason when interrupted
 */
export async function readPreviousLog(
  transport: Transport,
  namespace: string,
  pod: string,
  container: string,
  tailLines: number,
): Promise<PreviousLog> {
  const query = new URLSearchParams({
    container,
    previous: 'true',
    tailLines: String(tailLines),
    limitBytes: String(logLimitBytes),
  })
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`
  const gap = { kind: 'PodLog', namespace } as const
  try {
    const answer = await transport.get(path, 'text/plain, application/json')
    if (answer.status === 200) {
      const lines = answer.body.split('\n').filter((line) => line !== '')
      const isRemoved = lines.length === 1 && answer.body.startsWith(removed)
      return isRemoved ? { gap: { ...gap, why: 'failed', detail: removedDetail } } : { lines }
    }
    const outcome = outcomeOf(answer)
    if (outcome.result === 'forbidden') {
      const permission = `get pods/log in namespace ${namespace}`
      return { gap: { ...gap, why: 'forbidden', permission, detail: outcome.message } }
    }
    const detail = outcome.result === 'failed' ? outcome.message : 'the pod no longer exists'
    return { gap: { ...gap, why: 'failed', detail } }
  } catch (error) {
    if (!(error instanceof KnownError) || error.code === 'UNAUTHORIZED') throw error
    return { gap: { ...gap, why: 'failed', detail: error.message } }
  }
}
