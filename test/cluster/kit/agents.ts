import { join } from 'node:path'
import { kubernetes, moduleBinDir } from '../build/binaries.ts'
import { kubeRouter } from '../build/kube-router.ts'
import { runPaths } from '../harness/paths.ts'
import { kubeProxyCommand, policyEnforcerCommand } from '../harness/worker.ts'
import { deny, type Fault, withoutKubeProxy, withoutPolicyEnforcer } from './faults.ts'
import { images, type KubernetesObject } from './objects.ts'
import type { Stage } from './stage.ts'

/** A daemon of the nodes that can run as pods too. */
export type Agent = 'kube-proxy' | 'kube-router'

/** An agent that runs as pods of a DaemonSet. */
export interface AgentPods {
  /** Deletes its pod on the node, while a quota keeps the controller from making another. */
  endOn(node: string): Promise<void>
  /** Removes the quota, and waits until there is a pod on every node again. */
  mend(): Promise<void>
}

/**
 * Runs an agent as most clusters do, as pods of a DaemonSet: the same program with the same arguments as the daemons of the
 * nodes, which are ended and come back with the end of the test.
 */
export async function asDaemonSet(stage: Stage, agent: Agent): Promise<AgentPods> {
  const nodes = await stage.cluster.nodes()
  const { kubectl, apply, ready } = await stage.openAnother('agents')
  const end = agent === 'kube-proxy' ? withoutKubeProxy : withoutPolicyEnforcer
  const faults: Fault[] = []
  stage.onEnd(async () => {
    await kubectl('delete', 'daemonset', agent, '--ignore-not-found', '--cascade=foreground')
    for (const fault of faults) await fault[Symbol.asyncDispose]()
  })
  for (const node of nodes) faults.push(await end(stage.cluster, node))
  await apply(await daemonSet(agent))
  await ready(`daemonset/${agent}`)
  return {
    endOn: async (node) => {
      await apply(noMorePods)
      await kubectl('wait', '--for=jsonpath={.status.hard.pods}=0', 'resourcequota/full', '--timeout=30s')
      const pod = ['pod', '-l', `app=${agent}`, '--field-selector', `spec.nodeName=${node}`]
      await kubectl('delete', ...pod, '--wait')
    },
    mend: async () => {
      await kubectl('delete', 'resourcequota', 'full')
      await ready(`daemonset/${agent}`)
    },
  }
}

const noMorePods: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'full' },
  spec: { hard: { pods: '0' } },
}

/** On the network and the files of its node, where the program and its configuration are. */
async function daemonSet(agent: Agent): Promise<KubernetesObject> {
  const { argv, env = {} } = await commandOf(agent)
  const labels = { app: agent }
  const nodeName = { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }
  const container = {
    name: agent,
    image: images.client,
    command: ['chroot', '/node', ...argv],
    env: [nodeName, ...Object.entries(env).map(([name, value]) => ({ name, value }))],
    securityContext: { privileged: true },
    volumeMounts: [{ name: 'node', mountPath: '/node' }],
  }
  const spec = {
    hostNetwork: true,
    hostPID: true,
    terminationGracePeriodSeconds: 0,
    tolerations: [{ operator: 'Exists' }],
    containers: [container],
    volumes: [{ name: 'node', hostPath: { path: '/' } }],
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: agent },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  }
}

async function commandOf(agent: Agent) {
  // The kubelet puts the name of the node into it.
  const name = '$(NODE_NAME)'
  const place = { name, dir: join(runPaths.nodes, name) }
  if (agent === 'kube-proxy') {
    const dir = await moduleBinDir(kubernetes)
    return kubeProxyCommand(place, { kubernetes: (program) => join(dir, program) })
  }
  const program = join(await moduleBinDir(kubeRouter), 'kube-router')
  return policyEnforcerCommand(place, { kubeRouter: program }, await deny())
}
