import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addresses, type Worker, workers } from './addresses.ts'
import { makeCgroups } from './cgroups.ts'
import { flags } from './control-plane.ts'
import { type Machine, startDaemon } from './machine.ts'
import {
  cniConfiguration,
  containerdConfiguration,
  containerdSocket,
  kubeletConfiguration,
  kubeProxyConfiguration,
  registryHosts,
} from './node-configuration.ts'
import type { ClusterOptions } from './options.ts'
import { runPaths } from './paths.ts'
import type { Programs } from './programs.ts'
import { waitFor } from './wait.ts'

/** Starts containerd and waits until it listens: a kubelet that does not find it gives up. */
export async function startContainerd(machine: Machine): Promise<void> {
  const registryDir = join(machine.dir, 'registries')
  await mkdir(join(registryDir, '_default'), { recursive: true })
  await mkdir(cniDir(machine), { recursive: true })
  await writeFile(join(registryDir, '_default', 'hosts.toml'), registryHosts)
  await writeFile(join(machine.dir, 'containerd.toml'), containerdConfiguration(cniDir(machine), registryDir))
  const containerdFlags = { config: join(machine.dir, 'containerd.toml'), 'log-level': 'warn' }
  await startDaemon(machine, 'containerd', ['containerd', ...flags(containerdFlags)])
  const socket = join(machine.dir, containerdSocket)
  await waitFor(`containerd on ${machine.name}`, () => existsSync(socket))
}

/** Starts the kubelet and kube-proxy. The node registers itself, and is ready once it has a pod network. */
export async function joinCluster(
  machine: Machine,
  worker: Worker,
  programs: Programs,
  options: ClusterOptions,
) {
  await writeFile(join(machine.dir, 'kubelet.json'), JSON.stringify(kubeletConfiguration(worker)))
  await writeFile(
    join(machine.dir, 'kube-proxy.json'),
    JSON.stringify(kubeProxyConfiguration(worker, options)),
  )
  await makeCgroups(worker.name)
  await startKubelet(machine, programs)
  await startKubeProxy(machine, programs)
}

type KubernetesPrograms = Pick<Programs, 'kubernetes'>

/** Starts the kubelet with the configuration that the node was booted with. */
export async function startKubelet(machine: Machine, programs: KubernetesPrograms): Promise<void> {
  const worker = workers.find(({ name }) => name === machine.name)
  if (worker === undefined) throw new Error(`${machine.name} is no worker`)
  const labels = { 'topology.kubernetes.io/region': 'test', 'topology.kubernetes.io/zone': worker.zone }
  const kubeletFlags = {
    config: join(machine.dir, 'kubelet.json'),
    kubeconfig: runPaths.kubeconfig(worker.name),
    'hostname-override': worker.name,
    'node-ip': worker.address,
    'node-labels': Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  }
  await startDaemon(machine, 'kubelet', [programs.kubernetes('kubelet'), ...flags(kubeletFlags)])
}

/** A program with its arguments, and what its environment adds. */
interface Command {
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

type Place = Pick<Machine, 'name' | 'dir'>

/** kube-proxy with the configuration that the node was booted with. */
export function kubeProxyCommand({ dir }: Place, programs: KubernetesPrograms): Command {
  return { argv: [programs.kubernetes('kube-proxy'), ...flags({ config: join(dir, 'kube-proxy.json') })] }
}

/** Starts kube-proxy. */
export async function startKubeProxy(machine: Machine, programs: KubernetesPrograms): Promise<void> {
  await startDaemon(machine, 'kube-proxy', kubeProxyCommand(machine, programs).argv)
}

/**
 * Gives the node its pod network, of which new pods get the `only` address if one is given. containerd reloads its folder on a
 * rename inside it, and then finds the whole file.
 */
export async function openPodNetwork(machine: Machine, podCidr: string, only?: string): Promise<void> {
  const unfinished = join(cniDir(machine), '.unfinished')
  await writeFile(unfinished, JSON.stringify(cniConfiguration(podCidr, only)))
  await rename(unfinished, join(cniDir(machine), '10-pods.conflist'))
}

type EnforcerPrograms = Pick<Programs, 'kubeRouter'>

/** The NetworkPolicy enforcer, refusing as the options say. */
export function policyEnforcerCommand(
  { name }: Place,
  programs: EnforcerPrograms,
  deny: ClusterOptions['deny'],
): Command {
  const kubeRouterFlags = {
    kubeconfig: runPaths.kubeconfig('kube-router'),
    'hostname-override': name,
    'run-firewall': 'true',
    'run-router': 'false',
    'run-service-proxy': 'false',
    'enable-cni': 'false',
    'service-cluster-ip-range': addresses.serviceCidr,
    'health-port': '20244',
  }
  return {
    argv: [programs.kubeRouter, ...flags(kubeRouterFlags)],
    env: { KUBE_ROUTER_ALLOW: 'RETURN', KUBE_ROUTER_DENY: deny.toUpperCase() },
  }
}

/** Starts the NetworkPolicy enforcer. */
export async function startPolicyEnforcer(
  machine: Machine,
  programs: EnforcerPrograms,
  deny: ClusterOptions['deny'],
): Promise<void> {
  const { argv, env } = policyEnforcerCommand(machine, programs, deny)
  await startDaemon(machine, 'kube-router', argv, env)
}

const cniDir = (machine: Machine): string => join(machine.dir, 'cni')
