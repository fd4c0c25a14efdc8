import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import { type Endpoint, endpointName } from '../services/endpoint.ts'
import type { Workload } from '../workloads/workload.ts'

/**
 * A stable key in the traffic graph. Findings and hops that speak of the same thing have the same place, and that is
 * how a finding explains a hop. A place holds no counts and no times: baselines store it.
 */
export type Place = string

const inNamespace = (reference: ObjectReference): string =>
  reference.namespace === undefined
    ? `${reference.kind}/${reference.name}`
    : `${reference.namespace}/${reference.kind}/${reference.name}`

const serviceText = (service: Service): string => `${service.metadata.namespace}/${service.metadata.name}`

const portText = (port: ServicePort | undefined): string => (port === undefined ? '-' : String(port.port))

export const place = {
  /** The configuration of a client. */
  client: (workload: Workload): Place => `client ${inNamespace(workload.reference)}`,
  /** A name as one client resolves it. */
  name: (client: string, host: string): Place => `name ${client} ${host}`,
  /** What leaves a client towards one target: `ns/service:port` or a host. */
  egress: (client: string, target: string): Place => `egress ${client} ${target}`,
  /** The configuration and the pods of cluster DNS. */
  dns: 'cluster-dns',
  /** The lookups of a client. */
  resolver: (client: string): Place => `resolver ${client}`,
  /** A port of a name as one client dials it. */
  dial: (client: string, host: string, port: number | undefined): Place =>
    `dial ${client} ${host}:${port ?? '-'}`,
  service: (service: Service): Place => `service ${serviceText(service)}`,
  servicePort: (service: Service, port: ServicePort | undefined): Place =>
    `service-port ${serviceText(service)}:${portText(port)}`,
  proxy: (service: Service, port: ServicePort | undefined, node: string): Place =>
    `proxy ${serviceText(service)}:${portText(port)} ${node}`,
  endpoint: (endpoint: Endpoint): Place =>
    `endpoint ${serviceText(endpoint.service)}:${portText(endpoint.port)} ${endpointName(endpoint)}`,
  /** What one client sends into a target. */
  ingress: (client: string, target: string): Place => `ingress ${client} ${target}`,
  /** The pods of a workload, all of them. */
  pods: (workload: Workload): Place => `pods ${inNamespace(workload.reference)}`,
  pod: (namespace: string, name: string): Place => `pod ${namespace}/${name}`,
  address: (address: string): Place => `address ${address}`,
  listener: (namespace: string, pod: string, port: number | undefined): Place =>
    `listener ${namespace}/${pod}:${port ?? '?'}`,
  route: (by: ObjectReference): Place => `route ${inNamespace(by)}`,
  /** A Service as one route names it. */
  routeBackend: (
    by: ObjectReference,
    backend: {
      readonly namespace: string
      readonly service: string
      readonly port?: number | string | undefined
    },
  ): Place =>
    `route-backend ${inNamespace(by)} ${backend.namespace}/${backend.service}:${backend.port ?? '-'}`,
  node: (name: string): Place => `node ${name}`,
  /** A policy of any kind: what it allows and denies. */
  policy: (reference: ObjectReference): Place => `policy ${inNamespace(reference)}`,
  /** One selector, block or rule of a policy, by what it says: positions in lists change too easily. */
  policyPart: (reference: ObjectReference, part: string): Place =>
    `policy-part ${inNamespace(reference)} ${part}`,
  object: (reference: ObjectReference): Place => `object ${inNamespace(reference)}`,
}
