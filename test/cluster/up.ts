import { bringUp, tearDown } from './harness/cluster.ts'
import { main } from './harness/errors.ts'
import { interruptible } from './harness/interruption.ts'
import { withLock } from './harness/lock.ts'
import { parseOptions } from './harness/options.ts'
import { runPaths } from './harness/paths.ts'

await main(async () => {
  const options = parseOptions(process.argv.slice(2))
  const startedAt = performance.now()
  const progress = (step: string) => {
    console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${step}`)
  }
  await withLock(() => interruptible(() => bringUp(options, progress), tearDown))
  console.log(`export KUBECONFIG=${runPaths.adminKubeconfig}`)
})
