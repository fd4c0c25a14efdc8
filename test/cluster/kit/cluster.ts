import { join } from 'node:path'
import { kubernetes, moduleBinDir } from '../build/binaries.ts'
import { ClusterError } from '../harness/errors.ts'
import { type Kubectl, kubectlFor } from '../harness/kubectl.ts'
import { savedOptions } from '../harness/options.ts'
import { runPaths } from '../harness/paths.ts'

/** The cluster that the tests run against. */
export interface TestCluster {
  /** kubectl as the cluster's administrator. */
  readonly kubectl: Kubectl
  /** The kubectl program; a foreign cluster is reached with the one on PATH. */
  readonly kubectlProgram: string
  /** Whether this harness booted it, so that a test may also break its nodes. */
  readonly isOurs: boolean
  /** For example `v1.36.3`. */
  readonly serverVersion: string
  /** For example `nftables`; `unknown` on a foreign cluster. */
  readonly proxyMode: string
  /** How a NetworkPolicy refuses here: `drop` or `reject`; `unknown` on a foreign cluster. */
  readonly denial: string
  /** Whether Traefik serves Ingress and Gateway API where `cluster:up -- --with traefik` installs it. */
  readonly hasTraefik: boolean
  /** The names of the nodes. */
  nodes(): Promise<string[]>
}

/** The kubeconfig of another disposable cluster (kind and the like) that the tests are pointed at, if any. */
export const foreignKubeconfig = process.env['NETDOCTOR_TEST_KUBECONFIG']

/** Connects to the cluster of this harness, or to the one that NETDOCTOR_TEST_KUBECONFIG names. */
export async function testCluster(): Promise<TestCluster> {
  const isOurs = foreignKubeconfig === undefined
  const kubectlProgram = isOurs ? join(await moduleBinDir(kubernetes), 'kubectl') : 'kubectl'
  const kubectl = kubectlFor(kubectlProgram, foreignKubeconfig ?? runPaths.adminKubeconfig)
  const options = isOurs ? await savedOptions() : undefined
  return {
    kubectl,
    kubectlProgram,
    isOurs,
    serverVersion: await serverVersion(kubectl),
    proxyMode: options?.proxy ?? 'unknown',
    denial: options?.deny ?? 'unknown',
    hasTraefik: await hasTraefik(kubectl),
    nodes: async () =>
      (await kubectl.run(['get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}'])).split(' '),
  }
}

async function hasTraefik(kubectl: Kubectl): Promise<boolean> {
  const deployment = ['--namespace', 'traefik', 'get', 'deployment', 'traefik', '--ignore-not-found']
  return (await kubectl.run(deployment)) !== ''
}

async function serverVersion(kubectl: Kubectl): Promise<string> {
  const version: unknown = JSON.parse(await kubectl.run(['get', '--raw', '/version']))
  if (typeof version === 'object' && version !== null && 'gitVersion' in version)
    return String(version.gitVersion)
  throw new ClusterError('the API server names no version')
}
