/** Objects of a small cluster, as `kubectl get -o json` gives them. */
type Json = Readonly<Record<string, unknown>>

const core = (kind: string, namespace: string | undefined, name: string, rest: Json = {}): Json => {
  const { metadata, ...other } = rest
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace, uid: `${kind}-${namespace}-${name}`, ...(metadata as Json | undefined) },
    ...other,
  }
}

export const namespace = (name: string, labels: Json = {}): Json =>
  core('Namespace', undefined, name, {
    metadata: { labels: { 'kubernetes.io/metadata.name': name, ...labels } },
  })

export interface PodOptions {
  readonly ip?: string
  readonly ips?: readonly string[]
  readonly phase?: string
  readonly ports?: readonly Json[]
}

export function pod(at: string, name: string, labels: Json, options: PodOptions = {}): Json {
  const { ip, ips = ip === undefined ? [] : [ip], phase = 'Running', ports } = options
  return core('Pod', at, name, {
    metadata: { labels },
    spec: {
      nodeName: 'node1',
      containers: [{ name: 'main', image: 'x', ports: ports ?? [{ name: 'http', containerPort: 8080 }] }],
    },
    status: {
      phase,
      podIP: ips[0],
      podIPs: ips.map((address) => ({ ip: address })),
      conditions: [{ type: 'Ready', status: phase === 'Running' ? 'True' : 'False' }],
    },
  })
}

/** A Service with a slice that lists these pods, ready, at their port 8080. */
export function service(
  at: string,
  name: string,
  selector: Json,
  endpoints: readonly (readonly [pod: string, ip: string])[],
): readonly Json[] {
  return [
    core('Service', at, name, {
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.96.0.20',
        clusterIPs: ['10.96.0.20'],
        ipFamilies: ['IPv4'],
        selector,
        ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }],
      },
    }),
    {
      ...core('EndpointSlice', at, `${name}-1`, {
        metadata: { labels: { 'kubernetes.io/service-name': name } },
      }),
      apiVersion: 'discovery.k8s.io/v1',
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: endpoints.map(([target, ip]) => ({
        addresses: [ip],
        conditions: { ready: true, serving: true, terminating: false },
        targetRef: { kind: 'Pod', namespace: at, name: target },
        nodeName: 'node1',
      })),
    },
  ]
}

export const policy = (at: string, name: string, spec: Json): Json => ({
  ...core('NetworkPolicy', at, name, { spec }),
  apiVersion: 'networking.k8s.io/v1',
})

/** A dump of the cluster, for standard input. */
export const dump = (objects: readonly Json[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })

/** Two namespaces, a client, an API of two pods behind a Service, a finished Job's pod and a pod that waits. */
export const shop: readonly Json[] = [
  namespace('shop', { team: 'shop' }),
  namespace('ops'),
  pod('shop', 'web', { app: 'web' }, { ip: '10.244.0.5' }),
  pod('shop', 'api-1', { app: 'api', track: 'stable' }, { ip: '10.244.0.6' }),
  pod('shop', 'api-2', { app: 'api', track: 'canary' }, { ip: '10.244.0.7' }),
  pod('shop', 'done', { app: 'done' }, { ip: '10.244.0.5', phase: 'Succeeded' }),
  pod('shop', 'waits', { app: 'waits' }, { phase: 'Pending' }),
  pod('ops', 'scraper', { app: 'scraper' }, { ip: '10.244.0.9', ports: [] }),
  ...service('shop', 'api', { app: 'api' }, [
    ['api-1', '10.244.0.6'],
    ['api-2', '10.244.0.7'],
  ]),
  ...service('shop', 'empty', { app: 'nobody' }, []),
]
