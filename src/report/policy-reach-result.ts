import type { ReachAnswer, ReachPeer } from '../diagnosis/reach/reach.ts'
import type { Unresolved } from '../diagnosis/reach/unresolved.ts'
import type { Network } from '../network/network.ts'
import type { Policies } from '../network/policy/policies.ts'
import type { Locate } from '../snapshot/files/load.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import { endText } from './policy-ends.ts'
import { caveatText } from './policy-words.ts'
import { plainText } from './words.ts'

const reachSchema = 'netdoctor/policy-reach/v1'

interface ReachResultContext {
  /** The end as it was typed. */
  readonly text: string
  readonly network: Network
  readonly policies: Policies
  readonly locate: Locate | undefined
  readonly unresolved: Unresolved | undefined
}

const verdicts = { passes: 'allowed', fails: 'denied', partly: 'partly', unknown: 'unknown' } as const

/** Who reaches an end, or what an end reaches, as the JSON form that docs/schema/policy-reach.schema.json describes. */
export function reachResult(answer: ReachAnswer, context: ReachResultContext) {
  const { question, ports, groups, workloads, caveats, assumes, gaps, notes } = answer
  const { snapshot } = context.network.inventory
  const { profile, agent } = context.policies.cni()
  return {
    schema: reachSchema,
    takenAt: snapshot.takenAt,
    server: snapshot.server,
    question: { command: 'policy', [question.side]: context.text },
    end: endText(question.end),
    ports: ports.map(({ dialled, protocol, targets }) => ({
      port: dialled,
      protocol,
      targets: targets.map(({ name, port }) => ({ name, port })),
    })),
    workloads,
    groups: groups.map(({ outcome, entries, deciders }) => ({
      verdict: verdicts[outcome],
      entries: entries.map(({ ports: own, peers, share }) => ({
        peers: peers.map(peerResult),
        ports: own,
        pairs: share === undefined ? undefined : { allowed: share.passing, of: share.of },
      })),
      decidedBy: deciders.map(({ direction, outcome: side, rules, isolatedBy, doubts }) => ({
        direction,
        verdict: verdicts[side],
        rules: rules.map(({ policy, path }) => ({
          ref: reference(policy),
          path,
          at: context.locate?.(policy, path),
        })),
        isolatedBy: isolatedBy.map(reference),
        doubts,
      })),
    })),
    names: namesResult(context.unresolved),
    caveats: caveats.map((id) => ({ id, text: caveatText(id) })),
    notes: notes.map(plainText),
    plugin: { name: profile.name, agent, enforcesPolicies: profile.enforcesPolicies },
    assumes,
    gaps,
  }
}

/** What policies do to the lookups of the source; absent where they are not known to deny any. */
export function namesResult(unresolved: Unresolved | undefined) {
  return unresolved && { udp: unresolved.names.udp, tcp: unresolved.names.tcp }
}

function peerResult(peer: ReachPeer) {
  return peer.kind === 'workload'
    ? { kind: peer.kind, ref: reference(peer.reference) }
    : { kind: peer.kind, addresses: peer.name }
}

const reference = ({ apiVersion, kind, namespace, name }: ObjectReference) => ({
  apiVersion,
  kind,
  namespace,
  name,
})
