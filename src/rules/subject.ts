import type { ClusterDns } from '../network/dns/cluster-dns.ts'
import type { Policy } from '../network/policy/model.ts'
import type { Endpoint } from '../network/services/endpoint.ts'
import type { Connection } from '../network/traffic/connection.ts'
import type { Resolved } from '../network/traffic/destination.ts'
import type { Workload } from '../network/workloads/workload.ts'
import type { ApiService } from '../snapshot/kinds/api-service.ts'
import type { Gateway } from '../snapshot/kinds/gateway.ts'
import type { GatewayRoute } from '../snapshot/kinds/gateway-route.ts'
import type { Ingress } from '../snapshot/kinds/ingress.ts'
import type { Node } from '../snapshot/kinds/node.ts'
import type { Service, ServicePort } from '../snapshot/kinds/service.ts'
import type { WebhookConfiguration } from '../snapshot/kinds/webhook.ts'

/** What rules can be about. The runner enumerates these; a rule is called once for each in scope. */
export interface Subjects {
  readonly Service: Service
  readonly ServicePort: { readonly service: Service; readonly port: ServicePort }
  readonly Endpoint: Endpoint
  readonly Workload: Workload
  /** A workload as one that calls others: what is wrong with it needs no Service in front of it. */
  readonly Client: Workload
  /** A connection that a workload or a route opens, with what its address leads to. */
  readonly Connection: { readonly connection: Connection; readonly resolved: Resolved }
  readonly Node: Node
  readonly Ingress: Ingress
  readonly WebhookConfiguration: WebhookConfiguration
  readonly ApiService: ApiService
  /** A NetworkPolicy as it is read, with its object as written. */
  readonly NetworkPolicy: Policy
  /** An AdminNetworkPolicy, a BaselineAdminNetworkPolicy or a ClusterNetworkPolicy. */
  readonly ClusterPolicy: Policy
  /** A Gateway, with its class and its listeners. */
  readonly Gateway: Gateway
  /** A route of the Gateway API, of any kind. */
  readonly GatewayRoute: GatewayRoute
  /** The server that answers the pods' lookups, once for each question that any lookup is a part of. */
  readonly ClusterDns: ClusterDns
}

export type SubjectKind = keyof Subjects
