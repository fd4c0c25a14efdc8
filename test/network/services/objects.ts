import { Network } from '../../../src/network/network.ts'
import { manifestCoverage } from '../../../src/snapshot/files/coverage.ts'
import type { Json } from '../../../src/snapshot/kinds/json.ts'
import { isKind, type KubeObject, parseObject } from '../../../src/snapshot/kinds/kinds.ts'
import type { Pod } from '../../../src/snapshot/kinds/pod.ts'
import type { Service } from '../../../src/snapshot/kinds/service.ts'
import type { Coverage, Gap } from '../../../src/snapshot/snapshot.ts'

/** An object of the namespace `shop`, as JSON; `more` goes over its metadata. */
export function json(kind: string, name: string, body: Json, more: Json = {}): Json {
  const group: Record<string, string> = {
    Deployment: 'apps/v1',
    ReplicaSet: 'apps/v1',
    StatefulSet: 'apps/v1',
    EndpointSlice: 'discovery.k8s.io/v1',
    Ingress: 'networking.k8s.io/v1',
  }
  return { apiVersion: group[kind] ?? 'v1', kind, metadata: { name, namespace: 'shop', ...more }, ...body }
}

export function parsed(value: unknown): KubeObject {
  const object = parseObject(value)
  if (object === undefined) throw new Error(`no object: ${JSON.stringify(value)}`)
  return object
}

export function service(spec: Json, name = 'web', more: Json = {}): Service {
  const object = parsed(json('Service', name, { spec: { clusterIP: '10.96.0.1', ...spec } }, more))
  if (!isKind(object, 'Service')) throw new Error('not a Service')
  return object
}

/** A running pod with the label app=web on the node n1; ready unless its status says otherwise. */
export function pod(
  name: string,
  ip: string,
  { spec = {}, status = {}, meta = {} }: Readonly<Record<string, Json>> = {},
): Pod {
  const object = parsed(
    json(
      'Pod',
      name,
      {
        spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'nginx' }], ...spec },
        status: {
          phase: 'Running',
          podIPs: [{ ip }],
          conditions: [{ type: 'Ready', status: 'True' }],
          ...status,
        },
      },
      { labels: { app: 'web' }, ...meta },
    ),
  )
  if (!isKind(object, 'Pod')) throw new Error('not a Pod')
  return object
}

export function slice(name: string, body: Json, of = 'web'): KubeObject {
  const labels = { 'kubernetes.io/service-name': of }
  return parsed(json('EndpointSlice', name, { addressType: 'IPv4', ...body }, { labels }))
}

export function node(name: string, zone?: string): KubeObject {
  const labels = zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }
  return parsed({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { podCIDRs: ['10.244.0.0/24'] },
  })
}

/** A cluster that was read whole but for `gaps`. */
export function networkOf(objects: readonly KubeObject[], gaps: readonly Gap[] = []): Network {
  const all: Coverage = manifestCoverage(true)
  const hidden = new Set<string>(gaps.map(({ kind }) => kind))
  const read = Object.fromEntries(Object.entries(all.kinds).filter(([kind]) => !hidden.has(kind)))
  return Network.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: objects.filter(({ kind }) => !hidden.has(kind)),
    coverage: { ...all, declared: false, kinds: read, gaps },
    observations: [],
  })
}
