/** Any Kubernetes object, as it is applied. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

/** Images that exist under these names in public registries too. */
export const images = {
  server: 'registry.k8s.io/e2e-test-images/agnhost:2.53',
  client: 'docker.io/nicolaka/netshoot:v0.13',
}

type Labels = Readonly<Record<string, string>>
type Json = Readonly<Record<string, unknown>>

/** A server of the tests: a Deployment of HTTP servers that are ready as soon as they answer. */
export interface ServerOptions {
  readonly name: string
  /** Labels of the pods, and selector; default `app: NAME`. */
  readonly labels?: Labels
  readonly replicas?: number
  /** The port that the server listens on; default 8080. */
  readonly port?: number
  /** The declared container ports; default one named `http` with the port listened on. */
  readonly ports?: readonly Json[]
  /** Fields to add to or replace in the container. */
  readonly container?: Json
  /** Fields to add to or replace in the pod's spec. */
  readonly pod?: Json
}

/** The Deployment of a server. */
export function server(options: ServerOptions): KubernetesObject {
  const { name, labels = { app: name }, replicas = 1, port = 8080, container = {}, pod = {} } = options
  const ports = options.ports ?? [{ name: 'http', containerPort: port }]
  const template = {
    metadata: { labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'server',
          image: images.server,
          args: ['netexec', `--http-port=${port}`],
          ports,
          readinessProbe: { httpGet: { path: '/healthz', port }, periodSeconds: 1 },
          ...container,
        },
      ],
      ...pod,
    },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: { replicas, selector: { matchLabels: labels }, template },
  }
}

/** A Service; by default port 80 to the pods' port `http`. */
export function service(name: string, selector: Labels, spec: Json = {}): KubernetesObject {
  const ports = [{ name: 'http', port: 80, targetPort: 'http' }]
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector, ports, ...spec } }
}

/**
 * A client: a Deployment of one idle pod with curl and dig, whose environment says what it dials. `kubectl exec
 * deployment/NAME` runs a request in it.
 */
export function client(
  name: string,
  dials: Readonly<Record<string, string>> = {},
  pod: Json = {},
): KubernetesObject {
  const labels = { app: name }
  const env = Object.entries(dials).map(([key, value]) => ({ name: key, value }))
  const containers = [{ name: 'client', image: images.client, command: ['sleep', 'infinity'], env }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers, ...pod } },
    },
  }
}

/** A NetworkPolicy. */
export function networkPolicy(name: string, spec: Json): KubernetesObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec }
}

/** A bare pod of the client image with the labels given, as `kubectl run` makes it. */
export function barePod(name: string, labels: Labels): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      restartPolicy: 'Never',
      containers: [{ name, image: images.client, command: ['sleep', 'infinity'] }],
    },
  }
}
