import { bringUp } from './harness/cluster.ts'
import { withLock } from './harness/lock.ts'
import { parseOptions } from './harness/options.ts'
import { foreignKubeconfig } from './kit/cluster.ts'

/** Before any test: boots the cluster, unless the tests are pointed at another one. A running cluster is used as it is. */
export default async function setup(): Promise<void> {
  if (foreignKubeconfig !== undefined) return
  await withLock(() => bringUp(parseOptions([]), (step) => console.log(`cluster: ${step}`)))
}
