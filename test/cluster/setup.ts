import { bringUp } from './harness/cluster.ts'
import { withLock } from './harness/lock.ts'
import { parseOptions, savedOptions } from './harness/options.ts'
import { foreignKubeconfig, type TestCluster, testCluster } from './kit/cluster.ts'
import { isFullRun } from './kit/full.ts'

/**
 * Before any test: boots a cluster without options, unless one is running, which is used as it is, or the tests are pointed
 * at another one. Throws where there is none: no test is then counted as passed. After the tests it says what this run left out.
 */
export default async function setup(): Promise<() => void> {
  if (foreignKubeconfig === undefined) {
    const options = (await savedOptions()) ?? parseOptions([])
    await withLock(() => bringUp(options, (step) => console.log(`cluster: ${step}`)))
  }
  const cluster = await testCluster()
  console.log(`cluster: Kubernetes ${cluster.serverVersion}, kube-proxy in ${cluster.proxyMode} mode`)
  return () => console.log(['this run left out:', ...leftOut(cluster)].join('\n  '))
}

function leftOut({ hasTraefik, isOurs, proxyMode }: TestCluster): readonly string[] {
  const others = isOurs
    ? [
        `kube-proxy in ${proxyMode === 'nftables' ? 'iptables' : 'nftables'} mode (cluster:up -- --proxy MODE)`,
      ]
    : ['everything that breaks a node, and the life of a cluster (they need a cluster of our own)']
  return [
    ...others,
    ...(hasTraefik ? [] : ['Ingress and Gateway API (cluster:up -- --with traefik)']),
    ...(isFullRun
      ? []
      : [
          'what is slow, an API server that is killed, and random policies with an enforcer that rejects (NETDOCTOR_TEST_FULL=1)',
        ]),
  ]
}
