import { record } from '../snapshot/kinds/json.ts'
import { ask } from './lists.ts'
import { largeCluster } from './plan.ts'
import type { Transport } from './transport.ts'

/**
 * Whether the cluster is known to have more pods than are read for any question. One request tells: the server counts what
 * a first page leaves out. A server that may not or does not say how many there are is taken for small, and read whole.
 *
 * @throws KnownError `UNAUTHORIZED`; the signal's reason when interrupted
 */
export async function isLarge(transport: Transport): Promise<boolean> {
  const outcome = await ask(transport, '/api/v1/pods?limit=1')
  if (outcome.result !== 'ok') return false
  const { items, metadata } = outcome.json
  const remaining = record(metadata)['remainingItemCount']
  const shown = Array.isArray(items) ? items.length : 0
  return typeof remaining === 'number' && shown + remaining > largeCluster.smallPods
}
