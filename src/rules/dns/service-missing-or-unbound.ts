import { type ClusterDns, dnsReference, runsCoreDns } from '../../network/dns/cluster-dns.ts'
import { dnsServices } from '../../network/dns/resolver.ts'
import type { Edit } from '../../network/edit.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { isDeleting, isFinished } from '../../network/workloads/pods.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'

export default defineRule({
  id: 'dns/service-missing-or-unbound',
  title: 'DNS pods run, and no Service leads to them',
  subject: 'ClusterDns',
  severity: 'error',
  explains: ['dns-unavailable'],
  over: [
    'dns/no-ready-endpoints',
    'service/selector-matches-no-pod',
    'service/selector-near-miss',
    'service/selected-pods-in-other-namespace',
  ],
  docs: {
    means: 'Pods ask an address behind which nobody stands: no name resolves.',
    why: 'The DNS Service was deleted, or its selector or the labels of the DNS pods were changed.',
    proof:
      'CoreDNS pods run in kube-system; there is no Service with the label `k8s-app: kube-dns`, or its selector takes none of them.',
    fix: 'Correct the selector. A deleted Service has to be made again with the address that the pods were told.',
    falseAlarmWhen:
      'Clusters whose DNS is not CoreDNS, or runs outside of the cluster or elsewhere: silent. Silent too where Services or pods were not read.',
  },
  check(dns, network) {
    const { service } = dns
    if (service === undefined) return missing(dns, network)
    const selected = network.services.selected(service)
    if (selected.items.length > 0 || Object.keys(service.spec.selector ?? {}).length === 0) return undefined
    whole(selected)
    const [workload] = coreDnsIn(service.metadata.namespace ?? 'kube-system', network)
    return workload === undefined ? undefined : unbound(service, workload)
  },
})

function coreDnsIn(namespace: string, network: Network): readonly Workload[] {
  return network.workloads
    .in(namespace)
    .items.filter(
      ({ spec, pods, reference }) =>
        runsCoreDns(spec) &&
        reference.kind !== 'ReplicaSet' &&
        pods.some((pod) => !isFinished(pod) && !isDeleting(pod)),
    )
}

function missing(dns: ClusterDns, network: Network): FindingDraft | undefined {
  const { inventory } = network
  const [workload] = coreDnsIn('kube-system', network)
  if (workload === undefined || inventory.snapshot.coverage.declared) return undefined
  whole(dnsServices(inventory))
  const selecting = whole(network.services.selecting(workload))
  // One of another name may well be what the pods are told.
  if (selecting.some(({ spec }) => spec.ports.some(({ port }) => port === 53))) return undefined
  const reference = dnsReference(dns)
  return {
    proof: 'proven',
    about: reference,
    place: place.dns,
    summary: say`There is no DNS Service in kube-system, although ${workload.reference} runs: no name resolves`,
    detail: say`Pods were told the address of a Service with the label k8s-app=kube-dns when they were made.`,
    evidence: [{ reference, field: 'metadata.name', value: undefined }],
    advice: [
      say`make it again with the clusterIP that stands in the resolv.conf of running pods: kubectl -n kube-system expose ${`${workload.reference.kind.toLowerCase()}/${workload.reference.name}`} --name=kube-dns --port=53 --protocol=UDP --cluster-ip=ADDRESS --labels=k8s-app=kube-dns`,
    ],
  }
}

function unbound(service: Service, workload: Workload): FindingDraft {
  const reference = referenceTo(service)
  const { selector = {} } = service.spec
  const wanted = workload.object?.kind === 'Pod' ? undefined : workload.object?.spec.selector?.matchLabels
  const edit: Edit | undefined =
    wanted === undefined || Object.keys(wanted).length === 0
      ? undefined
      : {
          kind: 'patch',
          reference,
          operations: [{ op: 'replace', path: '/spec/selector', value: { ...wanted } }],
        }
  const text = (labels: Readonly<Record<string, string>>): string =>
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(',')
  return {
    proof: 'proven',
    about: reference,
    place: place.service(service),
    alsoAt: [place.dns],
    summary: say`${reference}, the DNS of the cluster, selects ${text(selector)}, but the pods of ${workload.reference} carry ${text(wanted ?? workload.labels)}: no name resolves`,
    evidence: [
      { reference, field: 'spec.selector', value: text(selector) },
      { reference: workload.reference, field: 'spec.template.metadata.labels', value: text(workload.labels) },
    ],
    ...(edit === undefined
      ? { advice: [say`let the selector take the pods of ${workload.reference}`] }
      : { fix: { edits: [edit] } }),
  }
}
