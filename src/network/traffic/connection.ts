import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import type { Dial } from '../references/dial.ts'
import type { RouteBackend } from '../routes/route.ts'
import type { IpFamily } from '../services/service-facts.ts'
import type { Workload } from '../workloads/workload.ts'

/** Who opens a connection. */
export type Client =
  | { readonly kind: 'workload'; readonly workload: Workload }
  /** An Ingress, a Gateway route, a webhook configuration or an APIService. */
  | { readonly kind: 'route'; readonly backend: RouteBackend }
  /** Whoever comes from outside to a NodePort or LoadBalancer. */
  | { readonly kind: 'outside'; readonly service: Service }
  /** Nobody that we know of: a Service is looked at although no caller was found. */
  | { readonly kind: 'anyone'; readonly namespace: string }

/** Someone who talks to something, or would. */
export interface Connection {
  /** Client, host, port and protocol: the same for the same intent, whatever the order of input. */
  readonly key: string
  readonly client: Client
  /** A DNS name or an IP address, as the client uses it. */
  readonly host: string
  readonly address?: 4 | 6 | undefined
  readonly port?: number | undefined
  /** The Service and port, where the client names the object instead of a host (routes). */
  readonly target?:
    | { readonly namespace: string; readonly service: string; readonly port?: number | string | undefined }
    | undefined
  readonly protocol: string
  /** Set where the client's own node answers this address, whoever else has it. */
  readonly isOnOwnNode?: true | undefined
  /** Where the address is written, once per place. */
  readonly dials: readonly Dial[]
}

/** The object that stands for a client; absent for anonymous ones. */
export function clientReference(client: Client): ObjectReference | undefined {
  switch (client.kind) {
    case 'workload':
      return client.workload.reference
    case 'route':
      return client.backend.by
    case 'outside':
    case 'anyone':
      return undefined
  }
}

const apiServerKinds: readonly string[] = [
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
]

/** Whether a client is an Ingress or a Gateway route, and not the API server. */
export function isRouted(client: Client): boolean {
  return client.kind === 'route' && !apiServerKinds.includes(client.backend.by.kind)
}

/** A stable text for a client in keys and places. */
export function clientKey(client: Client): string {
  switch (client.kind) {
    case 'workload':
      return client.workload.key
    case 'route':
      return `${client.backend.by.kind}/${client.backend.by.namespace ?? ''}/${client.backend.by.name}#${client.backend.field}`
    case 'outside':
      return 'outside'
    case 'anyone':
      return 'anyone'
  }
}

/** What the address of a connection leads to. */
export type Destination =
  | {
      readonly kind: 'service'
      readonly service: Service
      readonly port?: ServicePort | undefined
      readonly by: 'name' | 'cluster-ip' | 'reference'
      /** Set where the address that is dialled decides; the Service's primary family else. */
      readonly family?: IpFamily | undefined
    }
  /** A name of the cluster that no Service has; `elsewhere` lists namespaces where one of that name is. */
  | {
      readonly kind: 'missing-service'
      readonly namespace: string
      readonly name: string
      readonly elsewhere: readonly Service[]
      /** Set for `pod-0.x`, which only pods of the namespace of the headless Service x may write so short. */
      readonly podName?: string | undefined
    }
  /** The address of a pod, dialled past any Service. */
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  /** An address in a node's pod range, or in the Service range, that nobody has. */
  | {
      readonly kind: 'unowned'
      readonly range: 'pod' | 'service'
      readonly node?: string | undefined
      readonly cidr: string
    }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'loopback' }
  /** Outside of what the cluster's objects describe: not judged. */
  | { readonly kind: 'external' }
