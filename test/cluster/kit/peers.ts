import type { Caller, Target } from './connections.ts'
import { images, type KubernetesObject } from './objects.ts'
import type { Stage } from './stage.ts'

/** A pod that calls and answers: one end of a matrix of connections. */
export interface PeerOptions {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  /** Names and numbers of the ports that it answers on, by TCP and by UDP (declared as `NAME-udp`); one at least. */
  readonly ports: Readonly<Record<string, number>>
  /** Fields to add to or replace in the pod's spec, such as `nodeName`. */
  readonly pod?: Readonly<Record<string, unknown>>
}

/** The pod of a peer: a server of every port, and beside it the client image, where `kubectl exec` goes. */
export function peer({ name, labels = {}, ports, pod = {} }: PeerOptions): KubernetesObject {
  const numbers = Object.values(ports)
  const servers = `for port in ${numbers.join(' ')}; do /agnhost netexec --http-port=$port --udp-port=$port & done; wait`
  const listens = numbers.map((port) => `wget -q -O - http://127.0.0.1:${port}/healthz`).join(' && ')
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, annotations: { 'kubectl.kubernetes.io/default-container': 'client' } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'server',
          image: images.server,
          command: ['sh', '-c', servers],
          ports: Object.entries(ports).flatMap(([port, containerPort]) => [
            { name: port, containerPort, protocol: 'TCP' },
            { name: `${port}-udp`, containerPort, protocol: 'UDP' },
          ]),
          readinessProbe: { exec: { command: ['sh', '-c', listens] }, periodSeconds: 1 },
        },
        { name: 'client', image: images.client, command: ['sleep', 'infinity'] },
      ],
      ...pod,
    },
  }
}

/** The caller that the peer's pod is. */
export function callerOf(stage: Stage, { name }: PeerOptions): Caller {
  return { stage, pod: `pod/${name}` }
}

/** What the peer answers on, once its pod runs. */
export async function targetsOf(stage: Stage, { name, ports }: PeerOptions): Promise<readonly Target[]> {
  const address = await stage.kubectl('get', 'pod', name, '-o', 'jsonpath={.status.podIP}')
  return Object.values(ports).flatMap((port): readonly Target[] => [
    { address, port, protocol: 'TCP' },
    { address, port, protocol: 'UDP' },
  ])
}

/** Makes these the only NetworkPolicies of the stage's namespace. */
export async function replacePolicies(stage: Stage, ...policies: readonly KubernetesObject[]): Promise<void> {
  await stage.kubectl('delete', 'networkpolicy', '--all')
  if (policies.length > 0) await stage.apply(...policies)
}
