import type { Network } from '../../network/network.ts'
import { decide, type FlowVerdict } from '../../network/policy/decide.ts'
import type { Endpoint as PolicyEnd } from '../../network/policy/endpoint.ts'
import type { Protocol } from '../../network/policy/model.ts'
import { endpointName } from '../../network/services/endpoint.ts'
import { type Client, clientKey } from '../../network/traffic/connection.ts'
import { isDeleting, isFinished } from '../../network/workloads/pods.ts'
import { standInPods } from '../../network/workloads/stand-ins.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { type Outcome, passes, type Reason, type Verdict } from '../path.ts'
import type { Way } from '../way.ts'

const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']

/**
 * What the policies say of the packet at this point of the way: from a pod of the client to the pod port, after the
 * Service's address was translated. `undefined` where either end is nobody that a policy could be asked about.
 */
export function policyVerdict(way: Way, network: Network): FlowVerdict | undefined {
  const source = clientPod(way.connection.client)
  const destination = destinationOf(way, network)
  const port = way.endpoint?.targetPort ?? way.connection.port
  const protocol = protocols.find((item) => item === way.connection.protocol)
  if (source === undefined || destination === undefined || port === undefined || protocol === undefined)
    return undefined
  return decide(
    {
      source: { kind: 'pod', pod: source },
      destination,
      protocol,
      port,
      throughService: way.endpoint !== undefined,
    },
    network.policy,
  )
}

/** One pod stands for its workload: they share labels and ports, and policies look at nothing else of a client. */
function clientPod(client: Client): Pod | undefined {
  if (client.kind !== 'workload') return undefined
  const { workload } = client
  return (
    workload.pods.find((pod) => !isFinished(pod) && !isDeleting(pod)) ??
    standInPods({ ...workload, replicas: 1 })[0]
  )
}

function destinationOf(
  { endpoint, resolved: { destination } }: Way,
  network: Network,
): PolicyEnd | undefined {
  if (endpoint !== undefined) {
    if (endpoint.pod !== undefined) return { kind: 'pod', pod: endpoint.pod }
    return endpoint.podName === undefined ? { kind: 'outside', address: endpoint.address } : undefined
  }
  if (destination.kind !== 'pod') return undefined
  const [pod] = network.inventory.get('Pod', destination.namespace, destination.name).items
  return pod === undefined ? undefined : { kind: 'pod', pod }
}

/** One side of a policy verdict as the verdict of a hop. The symptom is the enforcer's choice and stays open. */
export function sideVerdict(flow: FlowVerdict, direction: 'egress' | 'ingress'): Verdict {
  const decisions = flow.families.map((family) => family[direction])
  const outcome = joinedOutcome(decisions.map((decision) => decision.outcome))
  const reason: Reason = direction === 'egress' ? 'egress-denied' : 'ingress-denied'
  switch (outcome) {
    case 'passes':
      return passes
    case 'unknown': {
      const gaps: readonly Gap[] = decisions.flatMap(({ doubts }) =>
        doubts.flatMap((doubt) => doubt.gaps ?? []),
      )
      return { outcome, reason: gaps.length > 0 ? 'not-read' : 'policy-undefined', gaps }
    }
    case 'partly':
      return {
        outcome,
        reason,
        share: {
          failing: decisions.filter((decision) => decision.outcome === 'fails').length,
          of: decisions.length,
        },
      }
    default:
      return { outcome, reason }
  }
}

function joinedOutcome(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.length === 0 || outcomes.includes('unknown'))
    return outcomes.length === 0 ? 'not-checked' : 'unknown'
  if (outcomes.every((outcome) => outcome === 'passes')) return 'passes'
  return outcomes.every((outcome) => outcome === 'fails') ? 'fails' : 'partly'
}

/** What a policy hop is about: the client and what it reaches, as one pair. */
export function pairKey(way: Way): readonly [client: string, target: string] {
  const { connection, endpoint, resolved } = way
  const { destination } = resolved
  if (destination.kind === 'service') {
    const { name, namespace } = destination.service.metadata
    return [
      clientKey(connection.client),
      `${namespace}/${name}:${destination.port?.port ?? connection.port ?? '-'}`,
    ]
  }
  return [clientKey(connection.client), endpoint === undefined ? connection.host : endpointName(endpoint)]
}
