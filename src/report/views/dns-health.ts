import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import { type ClusterDns, clusterDns } from '../../network/dns/cluster-dns.ts'
import { hasNodeLocalCache } from '../../network/dns/resolver.ts'
import type { Network } from '../../network/network.ts'
import { portText, targetPortOf } from '../../network/services/service-facts.ts'
import { isDeleting, isFinished, isReady } from '../../network/workloads/pods.ts'
import type { Document, Line, Row } from '../document.ts'
import { escapeText } from '../escape.ts'
import { count, resourceName } from '../words.ts'
import { verdictLine } from './outcome-words.ts'
import type { ViewOptions } from './problem.ts'
import { notesBlock, problemBlocks } from './scan.ts'

/** How it goes with the DNS of the cluster: its Service, pods and configuration, and what is wrong. */
export function dnsHealthView(diagnosis: Diagnosis, network: Network, options: ViewOptions): Document {
  const dns = clusterDns(network)
  return [
    { kind: 'headline', line: headline(diagnosis, dns) },
    { kind: 'rows', rows: facts(dns, network).filter(({ lines }) => lines.length > 0) },
    ...problemBlocks(diagnosis, options),
    ...notesBlock(diagnosis, options),
  ]
}

function headline(diagnosis: Diagnosis, { service, gaps }: ClusterDns): Line {
  if (service !== undefined || diagnosis.problems.length > 0)
    return verdictLine('cluster DNS', diagnosis, 'no problem found')
  const words = gaps.length > 0 ? 'may not be read' : 'no Service has the usual labels: not judged'
  return [{ text: '? ', tone: 'unknown' }, { text: 'cluster DNS', tone: 'strong' }, { text: `: ${words}` }]
}

function facts(dns: ClusterDns, network: Network): readonly Row[] {
  const { service, zone, zoneFrom, corefile, configMap, workloads } = dns
  const line = (text: string) => [{ text }]
  const ports = (service?.spec.ports ?? []).map(
    (port) => `${escapeText(portText(port))} -> ${escapeText(String(targetPortOf(port)))}`,
  )
  const from = { kubelet: 'kubelet-config', corefile: 'Corefile' } as const
  return [
    {
      label: 'service',
      lines:
        service === undefined
          ? []
          : line(
              `${escapeText(service.metadata.name)} in ${escapeText(service.metadata.namespace ?? '')}  ${escapeText(service.spec.clusterIP ?? 'address not given out yet')}  ${ports.join(', ')}`,
            ),
    },
    { label: 'pods', lines: workloads.map((workload) => ({ text: podsText(workload) })) },
    {
      label: 'domain',
      lines: line(
        `${escapeText(zone.replace(/\.$/, ''))} (${zoneFrom === undefined ? 'assumed' : from[zoneFrom]})`,
      ),
    },
    {
      label: 'corefile',
      lines:
        corefile === undefined || configMap === undefined
          ? line('not read: the usual one is assumed')
          : line(
              `cm/${escapeText(configMap.metadata.name)}: ${corefile.servers
                .flatMap(({ addresses }) =>
                  addresses.map(({ zone: of, port }) => `${escapeText(of)}:${port}`),
                )
                .slice(0, 6)
                .join(', ')}`,
            ),
    },
    {
      label: 'imports',
      lines: (corefile?.unknownImports ?? []).map((pattern) => ({
        text: `${escapeText(pattern)}: no object shows these files`,
      })),
    },
    {
      label: 'cache',
      lines: hasNodeLocalCache(network.inventory) ? line('NodeLocal DNSCache on the nodes') : [],
    },
  ]
}

/** `deploy/coredns: 2 of 2 ready, on 2 nodes`, with what makes it fragile. */
function podsText(workload: ClusterDns['workloads'][number]): string {
  const pods = workload.pods.filter((pod) => !isFinished(pod) && !isDeleting(pod))
  const name = escapeText(resourceName(workload.reference))
  if (pods.length === 0) return `${name}: ${count(workload.replicas ?? 0, 'replica')} wanted, no pod was read`
  const ready = pods.filter(isReady).length
  const nodes = new Set(pods.flatMap(({ spec }) => spec.nodeName ?? []))
  const restarts = pods
    .flatMap(({ status }) => status.containerStatuses)
    .reduce((sum, { restartCount }) => sum + restartCount, 0)
  const frail =
    pods.length === 1
      ? ': a single pod, so any restart is an outage'
      : nodes.size === 1
        ? ': all on one node'
        : ''
  return `${name}: ${ready} of ${pods.length} ready on ${count(nodes.size, 'node')}, ${count(restarts, 'restart')}${frail}`
}
