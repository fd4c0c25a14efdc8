import type { ClusterDns } from '../../network/dns/cluster-dns.ts'
import { hasNodeLocalCache } from '../../network/dns/resolver.ts'
import { joinReads, whole } from '../../network/inventory/read.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { describeCommand, logsCommand } from '../endpoint/commands.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text, word } from '../text.ts'
import { dnsPods, stateEvidence } from './dns-pods.ts'

export default defineRule({
  id: 'dns/no-ready-endpoints',
  title: 'The DNS Service of the cluster has no ready endpoint',
  subject: 'ClusterDns',
  severity: 'error',
  explains: ['dns-unavailable'],
  over: ['endpoint/all-not-ready', 'dns/coredns-restarting', 'service/backend-scaled-to-zero'],
  docs: {
    means: 'Nothing in the cluster resolves names; connections that are open already go on.',
    why: 'The DNS pods crash, are not ready, are not scheduled, or were scaled to zero.',
    proof:
      'The EndpointSlices of the DNS Service list no endpoint that is ready, and none that still serves while it ends.',
    fix: 'Mend the DNS pods: what they say in their logs, and why they are not ready.',
    falseAlarmWhen:
      'Endpoints that terminate and still serve carry the lookups. A cache on the nodes answers from what it has: then it is a warning. ' +
      'Clusters without a DNS Service of the usual labels are not judged.',
  },
  check(dns, network) {
    const { service, workloads } = dns
    if (service === undefined) return undefined
    const read = joinReads(
      (['IPv4', 'IPv6'] as const).map((family) => network.services.endpoints(service, family)),
    )
    if (read.items.some(({ ready, serving }) => ready || serving)) return undefined
    whole(read)
    const hasCache = hasNodeLocalCache(network.inventory)
    return {
      proof: 'proven',
      severity: hasCache ? 'warning' : 'error',
      about: referenceTo(service),
      place: place.service(service),
      alsoAt: [place.dns, ...workloads.map(place.pods)],
      summary: hasCache
        ? say`${referenceTo(service)}, the DNS of the cluster, has no ready endpoint: names resolve only as long as the caches of the nodes hold them`
        : say`${referenceTo(service)}, the DNS of the cluster, has no ready endpoint: no name resolves`,
      detail: because(dns),
      evidence: [
        { reference: referenceTo(service), field: 'endpoints (ready)', value: 0 },
        ...stateEvidence(dnsPods(dns)),
      ],
      ...remedy(dns),
    }
  },
})

function because(dns: ClusterDns): Text {
  const pods = dnsPods(dns)
  const [workload] = dns.workloads
  if (workload === undefined) return word('No workload runs pods that its selector takes.')
  if (workload.replicas === 0) return say`${workload.reference} is scaled to zero.`
  if (pods.length === 0) return say`${workload.reference} has no pods.`
  const waiting = pods
    .flatMap(({ status }) => status.containerStatuses)
    .flatMap(({ state, lastState }) => state.waiting?.reason ?? lastState.terminated?.reason ?? [])
  const [reason] = waiting
  return reason === undefined
    ? say`${workload.reference}: none of its ${pods.length} pods is ready.`
    : say`${workload.reference}: none of its ${pods.length} pods is ready (${reason}).`
}

function remedy(dns: ClusterDns): Pick<FindingDraft, 'advice' | 'logs'> {
  const [pod] = dnsPods(dns)
  const [workload] = dns.workloads
  if (pod === undefined || workload === undefined) {
    const {
      kind,
      name,
      namespace = 'kube-system',
    } = workload?.reference ?? { kind: 'Deployment', name: 'coredns' }
    const target = `${kind.toLowerCase()}/${name}`
    return {
      advice: [
        workload?.replicas === 0
          ? say`kubectl -n ${namespace} scale ${target} --replicas=2`
          : say`kubectl -n ${namespace} describe ${target}`,
      ],
    }
  }
  const container = pod.spec.containers[0]?.name ?? 'coredns'
  const hasEnded = pod.status.containerStatuses.some(({ restartCount }) => restartCount > 0)
  return {
    advice: [logsCommand(pod, container, hasEnded ? 'previous' : 'now'), describeCommand(pod)],
    logs: [{ namespace: workload.namespace, pod: pod.metadata.name, container }],
  }
}
