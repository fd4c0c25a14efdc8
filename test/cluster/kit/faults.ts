import { join } from 'node:path'
import { kubernetes, moduleBinDir } from '../build/binaries.ts'
import { kubeRouter } from '../build/kube-router.ts'
import { workers } from '../harness/addresses.ts'
import { controlPlaneName } from '../harness/boot.ts'
import { startApiServerAlone } from '../harness/control-plane.ts'
import { ClusterError } from '../harness/errors.ts'
import { machineNamed, stopDaemon } from '../harness/machine.ts'
import { type ClusterOptions, savedOptions, saveOptions } from '../harness/options.ts'
import { waitFor } from '../harness/wait.ts'
import { openPodNetwork, startKubelet, startKubeProxy, startPolicyEnforcer } from '../harness/worker.ts'
import type { TestCluster } from './cluster.ts'

/** Something broken on purpose; disposing of it mends it, whatever became of the test, and once only. */
export type Fault = AsyncDisposable

function mendedBy(mend: () => Promise<void>): Fault {
  let mended: Promise<void> | undefined
  return {
    [Symbol.asyncDispose]: () => {
      mended ??= mend()
      return mended
    },
  }
}

/** Ends the API server; etcd and the pods run on. Mended, it is ready again. */
export async function withoutApiServer(cluster: TestCluster): Promise<Fault> {
  needsOwnNodes(cluster, 'ending the API server')
  const machine = await machineNamed(controlPlaneName)
  const programs = await kubernetesPrograms()
  await stopDaemon(controlPlaneName, 'kube-apiserver')
  return mendedBy(async () => {
    await startApiServerAlone(machine, programs)
    const isReady = async () => (await cluster.kubectl.attempt(['get', '--raw', '/readyz'])).exitCode === 0
    await waitFor('the API server to be ready again', isReady, { timeoutMs: 90_000 })
  })
}

/** Ends kube-proxy on a node: what it programmed stays, later changes do not arrive there. */
export async function withoutKubeProxy(cluster: TestCluster, node: string): Promise<Fault> {
  needsOwnNodes(cluster, 'ending kube-proxy')
  const machine = await machineNamed(node)
  const programs = await kubernetesPrograms()
  await stopDaemon(node, 'kube-proxy')
  return mendedBy(() => startKubeProxy(machine, programs))
}

/** Ends the kubelet on a node: its pods run on, and after the control plane's grace period the node is not ready. */
export async function withoutKubelet(cluster: TestCluster, node: string): Promise<Fault> {
  needsOwnNodes(cluster, 'ending the kubelet')
  const machine = await machineNamed(node)
  const programs = await kubernetesPrograms()
  await stopDaemon(node, 'kubelet')
  return mendedBy(async () => {
    await startKubelet(machine, programs)
    await cluster.kubectl.run(['wait', '--for=condition=Ready', `node/${node}`, '--timeout=60s'])
  })
}

/** Narrows the address range of a node to one address that is taken: no new pod gets one there. */
export async function withoutPodAddresses(cluster: TestCluster, node: string, taken: string): Promise<Fault> {
  needsOwnNodes(cluster, 'using up the pod addresses')
  const machine = await machineNamed(node)
  const podCidr = await cluster.kubectl.run(['get', 'node', node, '-o', 'jsonpath={.spec.podCIDR}'])
  await openPodNetwork(machine, podCidr, taken)
  return mendedBy(() => openPodNetwork(machine, podCidr))
}

/** Scales cluster DNS to nothing. */
export async function withoutClusterDns(cluster: TestCluster): Promise<Fault> {
  const dns = ['--namespace', 'kube-system', 'deployment/coredns']
  const pods = ['--namespace', 'kube-system', 'pod', '-l', 'k8s-app=kube-dns']
  const replicas = await cluster.kubectl.run(['get', ...dns, '-o', 'jsonpath={.spec.replicas}'])
  const scaleTo = (count: string) => cluster.kubectl.run(['scale', ...dns, `--replicas=${count}`])
  await scaleTo('0')
  await cluster.kubectl.run(['wait', '--for=delete', ...pods])
  return mendedBy(async () => {
    await scaleTo(replicas)
    await cluster.kubectl.run(['rollout', 'status', ...dns, '--timeout=60s'])
  })
}

/** Ends the NetworkPolicy enforcer on a node: what it wrote stays, later changes do not arrive there. */
export async function withoutPolicyEnforcer(cluster: TestCluster, node: string): Promise<Fault> {
  needsOwnNodes(cluster, 'ending the enforcer of policies')
  await stopDaemon(node, 'kube-router')
  return mendedBy(async () => startEnforcer(node, await deny()))
}

/** Makes the NetworkPolicy enforcer refuse in this way on all nodes. */
export async function withDenial(cluster: TestCluster, denial: Denial): Promise<Fault> {
  needsOwnNodes(cluster, 'choosing how policies refuse')
  const before = await deny()
  await restartEnforcers(denial)
  return mendedBy(() => restartEnforcers(before))
}

/** How the enforcers of our own cluster refuse. */
export async function deny(): Promise<Denial> {
  return (await runningOptions()).deny
}

type Denial = ClusterOptions['deny']

async function runningOptions(): Promise<ClusterOptions> {
  const options = await savedOptions()
  if (options === undefined) throw new ClusterError('the cluster is not up')
  return options
}

async function restartEnforcers(denial: Denial): Promise<void> {
  for (const { name } of workers) {
    await stopDaemon(name, 'kube-router')
    await startEnforcer(name, denial)
  }
  // So that a run that is killed here leaves no cluster that is other than it says.
  await saveOptions({ ...(await runningOptions()), deny: denial })
}

async function startEnforcer(node: string, denial: Denial): Promise<void> {
  const program = join(await moduleBinDir(kubeRouter), 'kube-router')
  await startPolicyEnforcer(await machineNamed(node), { kubeRouter: program }, denial)
}

async function kubernetesPrograms(): Promise<{ readonly kubernetes: (program: string) => string }> {
  const dir = await moduleBinDir(kubernetes)
  return { kubernetes: (program) => join(dir, program) }
}

function needsOwnNodes(cluster: TestCluster, what: string): void {
  if (!cluster.isOurs)
    throw new ClusterError(`${what} needs the nodes of our own cluster, not NETDOCTOR_TEST_KUBECONFIG`)
}
