import { adminNetworkPolicy, baselineAdminNetworkPolicy } from './admin-network-policy.ts'
import { apiService } from './api-service.ts'
import { backendTlsPolicy } from './backend-tls-policy.ts'
import {
  calicoGlobalNetworkPolicy,
  calicoNetworkPolicy,
  calicoStoredGlobalNetworkPolicy,
  calicoStoredNetworkPolicy,
} from './calico-policy.ts'
import { ciliumClusterwideNetworkPolicy, ciliumNetworkPolicy } from './cilium-policy.ts'
import { clusterNetworkPolicy } from './cluster-network-policy.ts'
import { configMap } from './config-map.ts'
import { endpointSlice } from './endpoint-slice.ts'
import { endpoints } from './endpoints.ts'
import { event } from './event.ts'
import { gateway } from './gateway.ts'
import { gatewayClass } from './gateway-class.ts'
import { grpcRoute, httpRoute, tcpRoute, tlsRoute, udpRoute } from './gateway-route.ts'
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'
import { ingress } from './ingress.ts'
import { ingressClass } from './ingress-class.ts'
import { isRecord, text } from './json.ts'
import { type KindDefinition, type KubeObjectBase, parseMeta } from './kind.ts'
import { listenerSet } from './listener-set.ts'
import { namespace } from './namespace.ts'
import { networkPolicy } from './network-policy.ts'
import { node } from './node.ts'
import { pod } from './pod.ts'
import { referenceGrant } from './reference-grant.ts'
import { secret } from './secret.ts'
import { service } from './service.ts'
import { serviceCidr } from './service-cidr.ts'
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from './webhook.ts'
import {
  cronJob,
  daemonSet,
  deployment,
  job,
  replicaSet,
  replicationController,
  statefulSet,
} from './workload.ts'

/** Every kind that the program reads. A new kind is a new file and a line here. */
export const kinds = {
  Service: service,
  EndpointSlice: endpointSlice,
  Endpoints: endpoints,
  Pod: pod,
  Deployment: deployment,
  ReplicaSet: replicaSet,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
  ReplicationController: replicationController,
  Job: job,
  CronJob: cronJob,
  HorizontalPodAutoscaler: horizontalPodAutoscaler,
  ConfigMap: configMap,
  Event: event,
  Ingress: ingress,
  IngressClass: ingressClass,
  GatewayClass: gatewayClass,
  Gateway: gateway,
  ListenerSet: listenerSet,
  ReferenceGrant: referenceGrant,
  BackendTLSPolicy: backendTlsPolicy,
  HTTPRoute: httpRoute,
  GRPCRoute: grpcRoute,
  TLSRoute: tlsRoute,
  TCPRoute: tcpRoute,
  UDPRoute: udpRoute,
  NetworkPolicy: networkPolicy,
  AdminNetworkPolicy: adminNetworkPolicy,
  BaselineAdminNetworkPolicy: baselineAdminNetworkPolicy,
  ClusterNetworkPolicy: clusterNetworkPolicy,
  CiliumNetworkPolicy: ciliumNetworkPolicy,
  CiliumClusterwideNetworkPolicy: ciliumClusterwideNetworkPolicy,
  CalicoNetworkPolicy: calicoNetworkPolicy,
  CalicoGlobalNetworkPolicy: calicoGlobalNetworkPolicy,
  CalicoStoredNetworkPolicy: calicoStoredNetworkPolicy,
  CalicoStoredGlobalNetworkPolicy: calicoStoredGlobalNetworkPolicy,
  Namespace: namespace,
  Node: node,
  ServiceCIDR: serviceCidr,
  MutatingWebhookConfiguration: mutatingWebhookConfiguration,
  ValidatingWebhookConfiguration: validatingWebhookConfiguration,
  APIService: apiService,
  Secret: secret,
} as const

export type KindName = keyof typeof kinds
export type ObjectOf<K extends KindName> = ReturnType<(typeof kinds)[K]['parse']>
export type KubeObject = { [K in KindName]: ObjectOf<K> }[KindName]

export function isKindName(name: string): name is KindName {
  return Object.hasOwn(kinds, name)
}

export const kindNames: readonly KindName[] = Object.keys(kinds).filter(isKindName)

/** The definition without its exact type, for code that treats all kinds alike. */
export function definitionOf(kind: KindName): Omit<KindDefinition<string, KubeObjectBase>, 'parse'> {
  return kinds[kind]
}

/** Whether an object is of the given kind; narrows the union. */
export function isKind<K extends KindName>(
  object: KubeObject,
  kind: K,
): object is Extract<KubeObject, ObjectOf<K>> {
  return object.kind === kind
}

/** The kind that we read under this apiVersion and kind name; another group's `Service` is not ours. */
export function kindFor(apiVersion: string, kind: string): KindName | undefined {
  const slash = apiVersion.indexOf('/')
  const group = slash === -1 ? '' : apiVersion.slice(0, slash)
  if (isKindName(kind) && kinds[kind].group === group) return kind
  return renamed.get(`${group}/${kind}`)
}

/** Kinds that go by another name here, by group and the kind's name in the API. */
const renamed: ReadonlyMap<string, KindName> = new Map(
  kindNames.flatMap((name) => {
    const { apiKind, group } = definitionOf(name)
    return apiKind === undefined ? [] : [[`${group}/${apiKind}`, name]]
  }),
)

/**
 * Parses and projects one object of untrusted JSON.
 *
 * @param value any JSON value; `kind` and `apiVersion` may be given apart because items of a typed list lack them
 * @returns the object, or `undefined` when it is of a kind that we do not read or has no name
 */
export function parseObject(value: unknown, apiVersion?: string, kind?: string): KubeObject | undefined {
  if (!isRecord(value)) return undefined
  const name = kindFor(text(value['apiVersion']) ?? apiVersion ?? '', text(value['kind']) ?? kind ?? '')
  if (name === undefined) return undefined
  const metadata = parseMeta(value['metadata'], definitionOf(name))
  if (metadata === undefined) return undefined
  const definition: KindDefinition<KindName, KubeObject> = anyDefinition(name)
  return definition.parse(value, {
    apiVersion: text(value['apiVersion']) ?? apiVersion ?? '',
    kind: name,
    metadata,
  })
}

/** The table's entry seen as a parser of some object. The cast holds because `parse` gets the entry's own kind. */
function anyDefinition(kind: KindName): KindDefinition<KindName, KubeObject> {
  return kinds[kind] as unknown as KindDefinition<KindName, KubeObject>
}
