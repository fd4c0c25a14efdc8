import { parseAllDocuments } from 'yaml'
import type { Libc } from '../../../src/network/dns/candidates.ts'
import { clusterDns, type DnsParts } from '../../../src/network/dns/cluster-dns.ts'
import { type Lookup, lookUp } from '../../../src/network/dns/lookup.ts'
import type { Network } from '../../../src/network/network.ts'
import { isRecord, record } from '../../../src/snapshot/kinds/json.ts'
import { parsePodSpec } from '../../../src/snapshot/kinds/pod-spec.ts'
import type { Gap } from '../../../src/snapshot/snapshot.ts'
import { networkOf, parsed } from '../services/objects.ts'

/** The usual Corefile, with lines in front of the kubernetes plugin or options inside of it. */
export function corefile({ before = '', inside = '', zone = 'cluster.local' } = {}): string {
  return `.:53 {
    errors
    ${before}
    kubernetes ${zone} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ${inside}
    }
    forward . /etc/resolv.conf
    cache 30
}`
}

/** A cluster DNS with that Corefile and a few Services of the namespace `shop`. */
export function dnsWorld(objects: string, file = corefile(), gaps: readonly Gap[] = []): Network {
  const base = `
apiVersion: v1
kind: Service
metadata: { name: kube-dns, namespace: kube-system, labels: { k8s-app: kube-dns } }
spec:
  clusterIP: 10.96.0.10
  clusterIPs: [10.96.0.10]
  selector: { k8s-app: kube-dns }
  ports: [{ name: dns, port: 53, protocol: UDP }, { name: dns-tcp, port: 53 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: coredns, namespace: kube-system, labels: { k8s-app: kube-dns } }
spec:
  replicas: 2
  selector: { matchLabels: { k8s-app: kube-dns } }
  template:
    metadata: { labels: { k8s-app: kube-dns } }
    spec:
      dnsPolicy: Default
      containers: [{ name: coredns, image: coredns/coredns, args: [-conf, /etc/coredns/Corefile], volumeMounts: [{ name: config, mountPath: /etc/coredns }] }]
      volumes: [{ name: config, configMap: { name: coredns, items: [{ key: Corefile, path: Corefile }] } }]
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: coredns, namespace: kube-system }
data: ${JSON.stringify({ Corefile: file })}
---
${objects}`
  const documents = parseAllDocuments(base)
  if (!Array.isArray(documents)) throw new Error('no documents')
  const values = documents.map((document): unknown => document.toJS()).filter(isRecord)
  return networkOf(
    values.map((value) => {
      const metadata = record(value['metadata'])
      return parsed({
        ...value,
        metadata: { ...(value['kind'] === 'Namespace' ? {} : { namespace: 'shop' }), ...metadata },
      })
    }),
    gaps,
  )
}

export function partsOf({ inventory, services }: Network): DnsParts {
  return { inventory, services }
}

/** What a pod of the namespace `shop` gets for a name. */
export function resolve(
  name: string,
  network: Network,
  { spec = {}, libc = 'glibc' as Libc, namespace = 'shop' } = {},
): Lookup {
  return lookUp(name, { namespace, spec: parsePodSpec(spec) }, partsOf(network), libc)
}

/** The same in one line: `found 10.96.0.20`, `nxdomain no-such-service`. */
export function told(lookup: Lookup): string {
  const { is, answer } = lookup.outcome
  const records = answer.records.map(({ port, target }) => `${target}:${port}`)
  return [
    is,
    ...[...answer.addresses, ...records].sort(),
    ...(is === 'found' || answer.why === undefined ? [] : [answer.why]),
  ].join(' ')
}

export const zoneOf = (network: Network): string => clusterDns(partsOf(network)).zone
