import { adminKubectl, clusterStatus } from './harness/cluster.ts'
import { main } from './harness/errors.ts'
import { describeOptions } from './harness/options.ts'
import { runPaths } from './harness/paths.ts'

await main(async () => {
  const { options, machines, daemons, isApiReady } = await clusterStatus()
  if (machines.length === 0) {
    console.log('the test cluster is down')
    process.exitCode = 1
    return
  }
  console.log(
    `the test cluster is ${options === undefined ? 'booting, or was killed while it booted' : `up (${describeOptions(options)})`}`,
  )
  for (const [daemon, isRunning] of daemons) console.log(`  ${isRunning ? 'runs ' : 'ENDED'}  ${daemon}`)
  if (!isApiReady) {
    process.exitCode = 1
    return
  }
  const kubectl = await adminKubectl()
  console.log(await kubectl.run(['get', 'nodes', '-o', 'wide', '-L', 'topology.kubernetes.io/zone']))
  console.log(`export KUBECONFIG=${runPaths.adminKubeconfig}`)
})
