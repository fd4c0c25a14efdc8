import { join } from 'node:path'
import { kubernetes, moduleBinDir } from '../build/binaries.ts'
import { kubeRouter } from '../build/kube-router.ts'
import { workers } from '../harness/addresses.ts'
import { ClusterError } from '../harness/errors.ts'
import { machineNamed, stopDaemon } from '../harness/machine.ts'
import { type ClusterOptions, savedOptions } from '../harness/options.ts'
import { startKubeProxy, startPolicyEnforcer } from '../harness/worker.ts'
import type { TestCluster } from './cluster.ts'

/** Something broken on purpose; disposing of it mends it, whatever became of the test. */
export type Fault = AsyncDisposable

const mendedBy = (mend: () => Promise<void>): Fault => ({ [Symbol.asyncDispose]: mend })

/** Ends kube-proxy on a node: what it programmed stays, later changes do not arrive there. */
export async function withoutKubeProxy(cluster: TestCluster, node: string): Promise<Fault> {
  needsOwnNodes(cluster, 'ending kube-proxy')
  const machine = await machineNamed(node)
  const kubernetesDir = await moduleBinDir(kubernetes)
  await stopDaemon(node, 'kube-proxy')
  return mendedBy(() => startKubeProxy(machine, { kubernetes: (program) => join(kubernetesDir, program) }))
}

/** Scales cluster DNS to nothing. */
export async function withoutClusterDns(cluster: TestCluster): Promise<Fault> {
  const dns = ['--namespace', 'kube-system', 'deployment/coredns']
  const replicas = await cluster.kubectl.run(['get', ...dns, '-o', 'jsonpath={.spec.replicas}'])
  const scaleTo = (count: string) => cluster.kubectl.run(['scale', ...dns, `--replicas=${count}`])
  await scaleTo('0')
  await cluster.kubectl.run([
    'wait',
    '--namespace',
    'kube-system',
    '--for=delete',
    'pod',
    '-l',
    'k8s-app=kube-dns',
  ])
  return mendedBy(async () => {
    await scaleTo(replicas)
    await cluster.kubectl.run(['rollout', 'status', ...dns, '--timeout=60s'])
  })
}

/** Makes the NetworkPolicy enforcer refuse in this way on all nodes. */
export async function withDenial(cluster: TestCluster, deny: ClusterOptions['deny']): Promise<Fault> {
  needsOwnNodes(cluster, 'choosing how policies refuse')
  const before = (await savedOptions())?.deny ?? 'drop'
  await restartEnforcers(deny)
  return mendedBy(() => restartEnforcers(before))
}

async function restartEnforcers(deny: ClusterOptions['deny']): Promise<void> {
  const program = join(await moduleBinDir(kubeRouter), 'kube-router')
  for (const { name } of workers) {
    const machine = await machineNamed(name)
    await stopDaemon(name, 'kube-router')
    await startPolicyEnforcer(machine, { kubeRouter: program }, deny)
  }
}

function needsOwnNodes(cluster: TestCluster, what: string): void {
  if (!cluster.isOurs)
    throw new ClusterError(`${what} needs the nodes of our own cluster, not NETDOCTOR_TEST_KUBECONFIG`)
}
