import { clusterDns } from '../../network/dns/cluster-dns.ts'
import type { Edit } from '../../network/edit.ts'
import { lookupsOf, needsLookup } from '../../network/flows/lookups.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { clientOf, severityFor } from '../client/dialled.ts'
import { lookUp } from '../confirm.ts'
import { type Denial, denialsOf, undecided } from '../policy/denials.ts'
import { mostToBlame } from '../policy/denied-group.ts'
import { defineRule } from '../rule.ts'
import { listed, say, word } from '../text.ts'

export default defineRule({
  id: 'dns/coredns-isolated-by-policy',
  title: 'A policy on the DNS pods does not let lookups in',
  subject: 'Connection',
  severity: 'error',
  explains: ['ingress-denied'],
  over: ['policy/ingress-denied'],
  docs: {
    means: 'The clients that no rule admits cannot resolve any name.',
    why: 'A default deny was put on kube-system, or a policy on the DNS pods admits some namespaces only.',
    proof:
      'Every NetworkPolicy and cluster-wide policy that selects the DNS pods: none lets the lookup in, over the protocol that resolvers use first.',
    fix: 'A policy beside it that admits UDP and TCP on the port of the DNS pods from all namespaces.',
    falseAlarmWhen:
      'Policies add up: any other one that admits the lookup makes it silent, and so does a client that dials no name. Nodes and their own ' +
      'pods are let in by most network plugins, whatever the policy says.',
  },
  check({ connection }, network) {
    const workload = clientOf(connection)
    if (workload === undefined || !needsLookup(connection)) return undefined
    const [lookup] = lookupsOf({ kind: 'workload', workload }, network.inventory).items
    if (lookup?.nameserver.service === undefined) return undefined
    whole({ items: [], gaps: undecided(lookup.connection, 'ingress', network) })
    const denial = denialsOf(lookup.connection, network).find(({ direction }) => direction === 'ingress')
    if (denial === undefined) return undefined
    const { explanation, share } = denial
    const policies = explanation.isolatedBy.map(({ policy }) => policy)
    const about = mostToBlame(explanation, network) ?? policies[0]
    if (about === undefined) return undefined
    const service = referenceTo(lookup.nameserver.service)
    const edit = admitAll(denial, network)
    return {
      proof: 'likely',
      severity: severityFor(workload, share === undefined ? 'error' : 'warning'),
      about,
      place: place.policyPart(about, 'DNS pods'),
      alsoAt: [place.resolver(workload.key), denial.place],
      summary: say`${listed(policies.slice(0, 3).map((policy) => say`${policy}`))} ${word(policies.length > 1 ? 'isolate' : 'isolates')} the pods of ${service}, the DNS of the cluster, and ${word(policies.length > 1 ? 'admit' : 'admits')} no lookup of ${workload.reference} in ${workload.namespace}`,
      detail: say`A lookup is a connection to port ${explanation.target.port} of these pods.`,
      evidence: explanation.isolatedBy.slice(0, 3).map(({ policy, rules }) => ({
        reference: policy,
        field: 'spec.ingress',
        value: rules === 0 ? undefined : `${rules} ${rules === 1 ? 'rule' : 'rules'}`,
      })),
      share,
      ...(edit === undefined
        ? { advice: [word('admit UDP and TCP on the port of the DNS pods from all namespaces')] }
        : { fix: { edits: [edit] } }),
      confirm: lookUp(workload, connection),
    }
  },
})

/** A policy of its own beside those that isolate: policies add up. */
function admitAll({ explanation }: Denial, network: Network): Edit | undefined {
  const { service, workloads } = clusterDns(network)
  const labels = service?.spec.selector
  const namespace = service?.metadata.namespace
  if (labels === undefined || namespace === undefined || workloads.length === 0) return undefined
  const taken = new Set(network.policy.in(namespace).policies.map(({ reference }) => reference.name))
  const name = taken.has('allow-dns') ? 'allow-dns-from-all-namespaces' : 'allow-dns'
  const { port } = explanation.target
  const reference = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace, name }
  return {
    kind: 'create',
    reference,
    object: {
      apiVersion: reference.apiVersion,
      kind: reference.kind,
      metadata: { name, namespace },
      spec: {
        podSelector: { matchLabels: { ...labels } },
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [{ namespaceSelector: {} }],
            ports: [
              { protocol: 'UDP', port },
              { protocol: 'TCP', port },
            ],
          },
        ],
      },
    },
  }
}
