import { integer, list, record, text, texts } from './json.ts'
import { defineKind, type KindDefinition, type KubeObjectBase } from './kind.ts'

export interface BackendReference {
  readonly group?: string | undefined
  readonly kind?: string | undefined
  readonly namespace?: string | undefined
  readonly name: string
  readonly port?: number | undefined
  readonly weight?: number | undefined
}

export type GatewayRouteKind = 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'UDPRoute'

/** A Gateway API route, as far as it names backends. */
export interface GatewayRoute<K extends GatewayRouteKind = GatewayRouteKind> extends KubeObjectBase<K> {
  readonly spec: {
    readonly hostnames: readonly string[]
    readonly rules: readonly { readonly backendRefs: readonly BackendReference[] }[]
  }
}

function defineRoute<K extends GatewayRouteKind>(
  kind: K,
  plural: string,
  versions: readonly string[],
): KindDefinition<K, GatewayRoute<K>> {
  return defineKind<K, GatewayRoute<K>>({
    kind,
    group: 'gateway.networking.k8s.io',
    versions,
    plural,
    namespaced: true,
    parse(json, base) {
      const spec = record(json['spec'])
      return {
        ...base,
        spec: {
          hostnames: texts(spec['hostnames']) ?? [],
          rules: list(spec['rules'], (rule) => ({
            backendRefs: list(rule['backendRefs'], (backend) => ({
              group: text(backend['group']),
              kind: text(backend['kind']),
              namespace: text(backend['namespace']),
              name: text(backend['name']) ?? '',
              port: integer(backend['port']),
              weight: integer(backend['weight']),
            })),
          })),
        },
      }
    },
  })
}

export const httpRoute = defineRoute('HTTPRoute', 'httproutes', ['v1', 'v1beta1'])
export const grpcRoute = defineRoute('GRPCRoute', 'grpcroutes', ['v1', 'v1alpha2'])
export const tlsRoute = defineRoute('TLSRoute', 'tlsroutes', ['v1', 'v1alpha3', 'v1alpha2'])
export const tcpRoute = defineRoute('TCPRoute', 'tcproutes', ['v1', 'v1alpha2'])
export const udpRoute = defineRoute('UDPRoute', 'udproutes', ['v1', 'v1alpha2'])
