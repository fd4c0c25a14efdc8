/** One application of a generated cluster before it becomes objects: a Deployment behind a Service. */
export interface Application {
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly clusterIp: string
  selector: Record<string, string>
  servicePort: number
  targetPort: number | string
  sessionAffinity: 'None' | 'ClientIP'
  replicas: number
  container: { ports: { name: string; containerPort: number }[]; probe: boolean; command?: string[] }
  /** Addresses that its pods dial, by variable. */
  dials: Record<string, string>
  pods: PodDraft[]
  /** Pods without a controller. */
  strays: PodDraft[]
  /** Why its ReplicaSet cannot make pods. */
  failure?: string
}

export interface PodDraft {
  readonly name: string
  readonly address: string
  readonly node: string
  ready: boolean
  /** The reason of a container that waits, such as CrashLoopBackOff. */
  waiting?: string
  /** Text of an Unhealthy event of the readiness probe. */
  unhealthy?: string
}

export const podsOfNode = 50
export const replicas = 10
export const applicationsOfNamespace = 10

/** How many applications on stands the one of another namespace that each dials. */
const farAway = 3 * applicationsOfNamespace + 1

/** The application of another namespace that dials this one. */
export function farCaller(index: number, pods: number): number {
  const count = Math.floor(pods / replicas)
  return (index - (farAway % count) + count) % count
}

/** Whether the namespace of this number has policies: three of ten do. */
export const isFenced = (namespace: number): boolean => namespace % 10 < 3

export const nodeName = (index: number): string => `node-${index}`
export const podRange = (node: number): string => `10.${node >> 8}.${node & 255}`
export const nodeAddress = (node: number): string => `192.168.${node >> 8}.${node & 255}`

/** The healthy application number `index` of a cluster with this many pods in all. */
export function application(index: number, pods: number): Application {
  const count = Math.floor(pods / replicas)
  const nodes = Math.max(2, Math.ceil(pods / podsOfNode))
  const namespace = namespaceOf(index)
  const name = nameOf(index)
  const labels = {
    app: name,
    'app.kubernetes.io/part-of': namespace,
    tier: index % 3 === 0 ? 'front' : 'back',
  }
  const near = (step: number): number => {
    const first = index - (index % applicationsOfNamespace)
    return (
      first + (((index + step) % applicationsOfNamespace) % Math.min(applicationsOfNamespace, count - first))
    )
  }
  const far = (index + farAway) % count
  return {
    namespace,
    name,
    labels,
    clusterIp: `172.20.${index >> 8}.${index & 255}`,
    selector: { app: name },
    servicePort: 80,
    targetPort: 'http',
    sessionAffinity: 'None',
    replicas,
    container: { ports: [{ name: 'http', containerPort: 8080 }], probe: true },
    dials: {
      [`${upper(near(1))}_URL`]: `http://${nameOf(near(1))}`,
      [`${upper(near(2))}_URL`]: `http://${nameOf(near(2))}:80/api`,
      [`${upper(near(3))}_HOST`]: `${nameOf(near(3))}.${namespace}.svc.cluster.local:80`,
      UPSTREAM_URL: `http://${nameOf(far)}.${namespaceOf(far)}:80`,
      METRICS_URL: 'https://metrics.example.com/v1/push',
    },
    pods: Array.from({ length: replicas }, (_, replica) => {
      // Replicas are spread over the cluster, so that no node holds a whole application.
      const place = replica * count + index
      const node = Math.floor(place / podsOfNode) % nodes
      return {
        name: `${name}-7f4b0d2e9c-${String.fromCharCode(97 + replica)}${index.toString(36).padStart(4, '0')}`,
        address: `${podRange(node)}.${2 + (place % podsOfNode)}`,
        node: nodeName(node),
        ready: true,
      }
    }),
    strays: [],
  }
}

const nameWords = [
  'cart',
  'orders',
  'invoice',
  'search',
  'login',
  'images',
  'billing',
  'stock',
  'mail',
  'report',
]
const nameOf = (index: number): string => `${nameWords[index % nameWords.length]}-${index.toString(36)}`
const namespaceOf = (index: number): string => `team-${Math.floor(index / applicationsOfNamespace)}`
const upper = (index: number): string => nameOf(index).replaceAll('-', '_').toUpperCase()
