import { bringUp } from './harness/cluster.ts'
import { withLock } from './harness/lock.ts'
import { parseOptions, savedOptions } from './harness/options.ts'
import { foreignKubeconfig, testCluster } from './kit/cluster.ts'

/**
 * Before any test: boots a cluster without options, unless one is running, which is used as it is, or the tests are pointed
 * at another one.
 */
export default async function setup(): Promise<void> {
  if (foreignKubeconfig === undefined) {
    const options = (await savedOptions()) ?? parseOptions([])
    await withLock(() => bringUp(options, (step) => console.log(`cluster: ${step}`)))
  }
  const { serverVersion, proxyMode, hasTraefik } = await testCluster()
  console.log(`cluster: Kubernetes ${serverVersion}, kube-proxy in ${proxyMode} mode`)
  if (!hasTraefik) console.log('left out: Ingress and Gateway API (cluster:up -- --with traefik)')
  if (foreignKubeconfig !== undefined)
    console.log('left out: tests that break nodes (they need a cluster of our own)')
}
