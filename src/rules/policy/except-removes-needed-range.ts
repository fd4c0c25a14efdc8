import { parseAddress } from '../../network/inventory/address.ts'
import type { Network } from '../../network/network.ts'
import { inBlock } from '../../network/policy/block.ts'
import { decide, type Flow } from '../../network/policy/decide.ts'
import { isFinished, isHostNetwork } from '../../network/policy/endpoint.ts'
import type { Direction, Policy, Protocol, Rule } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { subjectsOf } from './needed-flows.ts'
import { showCommand } from './patches.ts'
import { type BlockPeer, rulesOf } from './peers.ts'
import { blockText } from './ranges.ts'

export default defineRule({
  id: 'policy/except-removes-needed-range',
  title: '`except` that takes out addresses that are needed',
  subject: 'NetworkPolicy',
  severity: 'warning',
  docs: {
    means:
      'The block would admit the connection, and its `except` takes just these addresses out again: the connection is dropped.',
    why: 'All private networks were excepted to keep traffic to the internet only, and pods and DNS have private addresses.',
    proof:
      'A connection that a selected workload dials, or that dials it, is denied; a rule matches its port and `cidr`, and `except` holds its address.',
    fix: 'Add an item that selects the pods, rather than narrowing `except`.',
    falseAlarmWhen: 'Another rule or policy admits the connection, or nothing shows that anybody needs it.',
  },
  check(policy, network) {
    return rulesOf(policy).flatMap((rule) => {
      const holed = rule.peers === 'all' ? [] : rule.peers.filter((peer) => peer.is === 'block')
      return holed
        .filter(({ except }) => except.length > 0)
        .flatMap((peer) => checkBlock(policy, rule, peer, network) ?? [])
    })
  },
})

/** A connection that somebody needs, pod to pod. */
interface Needed {
  readonly flow: Flow
  readonly protocol: Protocol
  /** Who is on the other side, for people. */
  readonly other: ObjectReference
  readonly address: string
  readonly subject: Workload
}

function checkBlock(policy: Policy, rule: Rule, peer: BlockPeer, network: Network): FindingDraft | undefined {
  for (const needed of neededFlows(policy, rule.direction, network)) {
    const address = parseAddress(needed.address)
    if (address === undefined || !inBlock(address, peer.block) || !matchesPort(rule, needed)) continue
    const hole = peer.except.find(({ block }) => inBlock(address, block))
    if (hole === undefined || !isDenied(needed.flow, rule.direction, policy, network)) continue
    const { reference } = policy
    const verb = rule.direction === 'egress' ? 'dials' : 'is dialled by'
    return {
      proof: 'proven',
      place: place.policyPart(reference, `${rule.direction} except ${peer.cidr} ${hole.cidr}`),
      alsoAt: [place.policyPart(reference, `${rule.direction} block ${blockText(peer.block)}`)],
      summary: say`${reference} lists ${peer.cidr} except ${hole.cidr}, and ${needed.subject.reference} ${word(verb)} ${needed.other} in there (${needed.address})`,
      detail: say`No other rule admits it: the connection is dropped.`,
      evidence: [
        { reference, field: `${peer.path}.cidr`, value: peer.cidr },
        { reference, field: hole.path, value: hole.cidr },
      ],
      advice: [
        say`Add an item that selects the pods of ${needed.other}, with port ${needed.flow.port}, protocol ${needed.protocol}.`,
        showCommand(reference),
      ],
    }
  }
  return undefined
}

function matchesPort({ ports }: Rule, { flow, protocol }: Needed): boolean {
  return (
    ports === 'all' ||
    ports.some(
      (entry) =>
        entry.is === 'numbers' &&
        entry.protocol === protocol &&
        entry.from <= flow.port &&
        entry.to >= flow.port,
    )
  )
}

function isDenied(flow: Flow, direction: Direction, policy: Policy, network: Network): boolean {
  const { families } = decide(flow, network.policy)
  return (
    families.length > 0 &&
    families.every((family) => {
      const { outcome, isolatedBy } = family[direction]
      return (
        outcome === 'fails' && isolatedBy.some(({ reference }) => reference.name === policy.reference.name)
      )
    })
  )
}

/** What the selected workloads dial, DNS included, or who dials them; the first pod stands for its workload. */
function* neededFlows(policy: Policy, direction: Direction, network: Network): Iterable<Needed> {
  for (const subject of subjectsOf(policy, network)) {
    const own = firstPod(subject)
    if (own === undefined) continue
    if (direction === 'egress') yield* outgoing(subject, own, network)
    else yield* incoming(subject, own, network)
  }
}

function firstPod({ pods }: Workload): Pod | undefined {
  return pods.find((pod) => !isFinished(pod) && !isHostNetwork(pod) && pod.status.podIPs.length > 0)
}

function* outgoing(subject: Workload, own: Pod, network: Network): Iterable<Needed> {
  const connections = network.traffic.from(subject).items
  const dialled = connections.flatMap((connection) => {
    const { destination } = network.traffic.destination(connection)
    return destination.kind === 'service' ? [destination.service] : []
  })
  const dns = connections.some(({ address }) => address === undefined)
    ? network.services.get('kube-system', 'kube-dns').items
    : []
  for (const service of new Set([...dialled, ...dns])) yield* toService(service, subject, own, network)
}

function* toService(service: Service, subject: Workload, own: Pod, network: Network): Iterable<Needed> {
  for (const { pod, port, targetPort, address } of network.services.endpoints(service).items) {
    const protocol = protocolOf(port?.protocol)
    if (pod === undefined || targetPort === undefined || protocol === undefined) continue
    yield {
      flow: flowOf(own, pod, protocol, targetPort),
      protocol,
      other: referenceTo(service),
      address,
      subject,
    }
  }
}

function* incoming(subject: Workload, own: Pod, network: Network): Iterable<Needed> {
  for (const service of network.services.selecting(subject).items) {
    const endpoint = network.services.endpoints(service).items.find(({ pod }) => pod === own)
    const protocol = protocolOf(endpoint?.port?.protocol)
    if (endpoint?.targetPort === undefined || protocol === undefined) continue
    for (const { client } of network.traffic.to(service).items) {
      const pod = client.kind === 'workload' ? firstPod(client.workload) : undefined
      const address = pod?.status.podIPs[0]?.ip
      if (client.kind !== 'workload' || pod === undefined || address === undefined) continue
      yield {
        flow: flowOf(pod, own, protocol, endpoint.targetPort),
        protocol,
        other: client.workload.reference,
        address,
        subject,
      }
    }
  }
}

function flowOf(source: Pod, destination: Pod, protocol: Protocol, port: number): Flow {
  return {
    source: { kind: 'pod', pod: source },
    destination: { kind: 'pod', pod: destination },
    protocol,
    port,
    throughService: true,
  }
}

function protocolOf(written: string | undefined): Protocol | undefined {
  if (written === 'UDP' || written === 'SCTP') return written
  return written === undefined || written === 'TCP' ? 'TCP' : undefined
}
