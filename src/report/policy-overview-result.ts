import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { PeerSummary } from '../diagnosis/isolation/peers.ts'
import type {
  DirectionSummary,
  NamespaceSummary,
  RuleSummary,
  WorkloadSummary,
} from '../diagnosis/isolation/summary.ts'
import { distinctGaps } from '../network/inventory/read.ts'
import type { Policies } from '../network/policy/policies.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import { problemResult } from './result.ts'

const policySchema = 'netdoctor/policy/v1'

/** What policies allow, as the JSON form that docs/schema/policy.schema.json describes. */
export function overviewResult(
  namespaces: readonly NamespaceSummary[],
  diagnosis: Diagnosis,
  policies: Policies,
) {
  const { profile, agent } = policies.cni()
  return {
    schema: policySchema,
    takenAt: diagnosis.takenAt,
    server: diagnosis.server,
    question: { command: 'policy', namespaces: namespaces.map(({ namespace }) => namespace) },
    namespaces: namespaces.map(({ namespace, policies: own, workloads, finished }) => ({
      namespace,
      policies: own.map(({ reference: item }) => reference(item)),
      workloads: workloads.map(workloadResult),
      finished,
    })),
    problems: diagnosis.problems.map(problemResult),
    plugin: { name: profile.name, agent, enforcesPolicies: profile.enforcesPolicies },
    assumes: policies.cluster().gaps,
    gaps: distinctGaps([diagnosis.gaps, ...namespaces.map(({ gaps }) => gaps)]),
  }
}

const reference = ({ apiVersion, kind, namespace, name }: ObjectReference) => ({
  apiVersion,
  kind,
  namespace,
  name,
})

function workloadResult(summary: WorkloadSummary) {
  const { workload, onHostNetwork, isMixed, ingress, egress, names, policies } = summary
  return {
    ref: reference(workload.reference),
    onHostNetwork,
    isMixed,
    ingress: directionResult(ingress),
    egress: directionResult(egress),
    names: {
      udp: names.udp,
      tcp: names.tcp,
      isAssumed: names.isAssumed,
      asks:
        names.asks.is === 'service'
          ? { is: names.asks.is, ref: reference(names.asks.reference) }
          : { ...names.asks },
    },
    policies: policies.map(reference),
    pluginPolicies: summary.pluginPolicies.map(reference),
    services: summary.services.map(reference),
    routes: summary.routes.map(reference),
  }
}

function directionResult({ isolated, isolatedBy, rules, named, isOpen }: DirectionSummary) {
  return {
    isolated,
    isolatedBy: isolatedBy.map(({ policy, selects, rules: count }) => ({
      ...reference(policy),
      selects,
      rules: count,
    })),
    rules: rules.map(ruleResult),
    named: named.map(reference),
    isOpen,
  }
}

function ruleResult({ policy, tier, path, name, action, ports, peers, isDoubtful }: RuleSummary) {
  return {
    ref: reference(policy),
    tier,
    path,
    ruleName: name,
    action,
    ports,
    peers: peers.map(peerResult),
    isDoubtful,
  }
}

const peerResult = (peer: PeerSummary) =>
  peer.is === 'pods' ? { ...peer, workloads: peer.workloads.map(reference) } : { ...peer }
