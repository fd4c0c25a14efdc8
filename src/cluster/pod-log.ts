import { KnownError } from '../snapshot/known-error.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import { outcomeOf } from './outcome.ts'
import type { Transport } from './transport.ts'

/** Lines of a log, oldest first and untrusted, or why there are none. */
export type PreviousLog = { readonly lines: readonly string[] } | { readonly gap: Gap }

/** Enough for any tail that a person reads. */
const logLimitBytes = 64 * 1024

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
    if (answer.status === 200) return { lines: answer.body.split('\n').filter((line) => line !== '') }
    const outcome = outcomeOf(answer)
    if (outcome.result === 'forbidden') {
      const permission = `get pods/log in namespace ${namespace}`
      return { gap: { ...gap, why: 'forbidden', permission, detail: outcome.message } }
    }
    const detail = outcome.result === 'failed' ? outcome.message : 'the pod or its container no longer exists'
    return { gap: { ...gap, why: 'failed', detail } }
  } catch (error) {
    if (!(error instanceof KnownError) || error.code === 'UNAUTHORIZED') throw error
    return { gap: { ...gap, why: 'failed', detail: error.message } }
  }
}
