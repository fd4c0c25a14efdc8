import { type KubeObject, parseObject } from '../../snapshot/kinds/kinds.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'

const dnsKinds: ReadonlySet<string> = new Set(['Service', 'Deployment', 'Pod'])

const namespace = 'kube-system'
const labels = { 'k8s-app': 'kube-dns' } as const
const ports = [
  { name: 'dns', port: 53, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, protocol: 'TCP' },
] as const

/** Cluster DNS as nearly every distribution makes it. */
const usual: readonly unknown[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace, labels },
    spec: { selector: labels, ports: ports.map((port) => ({ ...port, targetPort: port.port })) },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          dnsPolicy: 'Default',
          containers: [
            {
              name: 'coredns',
              ports: ports.map(({ name, port, protocol }) => ({ name, containerPort: port, protocol })),
              readinessProbe: { httpGet: { path: '/ready', port: 8181 } },
            },
          ],
        },
      },
    },
  },
]

/** What stands for the cluster's DNS among manifests: applications leave it out, and every cluster has one. */
export function missingDns({ objects, coverage }: Snapshot): readonly KubeObject[] {
  // What could not be read is not taken for granted.
  if (!coverage.declared || coverage.gaps.some(({ kind }) => dnsKinds.has(kind))) return []
  // Whoever gives objects of the system namespace gives its DNS too, if it is there.
  const isThere = objects.some(({ metadata }) => metadata.namespace === namespace)
  return isThere ? [] : usual.flatMap((object) => parseObject(object) ?? [])
}
