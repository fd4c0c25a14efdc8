import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { downloadModule } from '../build/sources.ts'
import { addresses, workers } from './addresses.ts'
import { makeCertificates } from './certificates.ts'
import { startApiServer, startControllers } from './control-plane.ts'
import { startInternet } from './internet.ts'
import { type Kubectl, kubectlFor } from './kubectl.ts'
import { type Machine, startMachine } from './machine.ts'
import { addPodRoute, makeSwitch, plugIn, routeForPods } from './network.ts'
import { type ClusterOptions, saveOptions } from './options.ts'
import { runPaths, sourceDir } from './paths.ts'
import type { Programs } from './programs.ts'
import { saveSysctls } from './sysctls.ts'
import { waitFor } from './wait.ts'
import { joinCluster, openPodNetwork, startContainerd, startPolicyEnforcer } from './worker.ts'

/** The machines of a cluster besides the workers. */
const switchName = 'switch'
export const controlPlaneName = 'control'

/** Told what has just been finished. */
export type Progress = (step: string) => void

/** Boots a cluster where none is running, and returns once CoreDNS and all options answer. */
export async function boot(programs: Programs, options: ClusterOptions, progress: Progress): Promise<void> {
  await mkdir(runPaths.logs, { recursive: true })
  await saveSysctls()
  await makeCertificates()
  progress('certificates')

  const switchMachine = await startMachine(switchName, addresses.gateway)
  await makeSwitch(switchMachine)
  await startInternet(switchMachine, programs)
  const controlPlane = await startMachine(controlPlaneName, addresses.controlPlane)
  await plugIn(controlPlane, switchMachine, addresses.controlPlane)
  await startApiServer(controlPlane, programs)
  progress('network, etcd, API server started')

  const nodes: Machine[] = []
  for (const { name, address } of workers) {
    const node = await startMachine(name, address)
    await plugIn(node, switchMachine, address)
    await routeForPods(node)
    await startContainerd(node)
    nodes.push(node)
  }
  const kubectl = kubectlFor(programs.kubernetes('kubectl'), runPaths.adminKubeconfig)
  await waitFor('the API server', () => succeeds(kubectl, ['get', '--raw', '/readyz']), { timeoutMs: 90_000 })
  progress('API server ready')

  await startControllers(controlPlane, programs)
  for (const worker of workers) await joinCluster(machineOf(worker.name, nodes), worker, programs, options)
  await kubectl.run(['apply', '-f', manifest('kube-router.yaml')])
  await connectNodes(kubectl, [controlPlane, ...nodes], programs, options)
  const nodeNames = workers.map(({ name }) => `node/${name}`)
  await kubectl.run(['wait', '--for=condition=Ready', ...nodeNames, '--timeout=60s'])
  progress('nodes ready')

  // Only now, so that the replicas are spread over nodes that are all there.
  await kubectl.run(['apply', '-f', manifest('coredns.yaml')])
  if (options.withTraefik) await installTraefik(kubectl)
  await kubectl.run(['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=90s'])
  await saveOptions(options)
  progress('CoreDNS ready')
}

/** The controller manager gives each node its pod network; the CNI configuration and the routes follow. */
async function connectNodes(
  kubectl: Kubectl,
  machines: readonly Machine[],
  programs: Programs,
  options: ClusterOptions,
) {
  for (const { name, address } of workers) {
    const podCidr = await waitFor(`the pod network of ${name}`, async () => {
      const found = await kubectl.run(['get', 'node', name, '-o', 'jsonpath={.spec.podCIDR}'])
      return found === '' ? undefined : found
    })
    const node = machineOf(name, machines)
    await openPodNetwork(node, podCidr)
    for (const other of machines) {
      if (other.name !== name) await addPodRoute(other, podCidr, address)
    }
    await startPolicyEnforcer(node, programs, options.deny)
  }
}

/** Traefik with the Gateway API's CRDs, for Ingress, Ingress with ingress-nginx annotations, and Gateway API. */
async function installTraefik(kubectl: Kubectl): Promise<void> {
  const gatewayApi = await downloadModule('sigs.k8s.io/gateway-api@v1.6.3')
  await kubectl.run(['apply', '--server-side', '-f', join(gatewayApi, 'config', 'crd', 'standard')])
  await kubectl.run(['apply', '-f', manifest('optional/traefik.yaml')])
  await kubectl.run(['-n', 'traefik', 'rollout', 'status', 'deployment/traefik', '--timeout=90s'])
}

const manifest = (file: string): string => join(sourceDir, 'manifests', file)

async function succeeds(kubectl: Kubectl, args: readonly string[]): Promise<boolean> {
  return (await kubectl.attempt(args, { timeoutMs: 5000 })).exitCode === 0
}

function machineOf(name: string, machines: readonly Machine[]): Machine {
  const machine = machines.find((candidate) => candidate.name === name)
  if (machine === undefined) throw new Error(`no machine ${name}`)
  return machine
}
