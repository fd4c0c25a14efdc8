import { integer, isRecord, type Json, list, optional, record, text, texts } from './json.ts'
import {
  type Condition,
  defineKind,
  type KindDefinition,
  type KubeObjectBase,
  parseConditions,
} from './kind.ts'
import { type Unread, unreadFields } from './policy-selector.ts'

export interface BackendReference {
  readonly group?: string | undefined
  readonly kind?: string | undefined
  readonly namespace?: string | undefined
  readonly name: string
  readonly port?: number | undefined
  readonly weight?: number | undefined
  /** Filters for this backend alone. */
  readonly filters: readonly RouteFilter[]
}

/** What a route wants to be attached to: a Gateway where nothing else is said. */
export interface ParentReference {
  readonly group?: string | undefined
  readonly kind?: string | undefined
  readonly namespace?: string | undefined
  readonly name: string
  readonly sectionName?: string | undefined
  readonly port?: number | undefined
}

/** A match of a header or query parameter: `Exact` where no type is given. */
export interface NamedMatch {
  readonly type?: string | undefined
  readonly name: string
  readonly value: string
}

export interface GrpcMethod {
  readonly type?: string | undefined
  readonly service?: string | undefined
  readonly method?: string | undefined
}

/** All parts must be met. Fields that are not read make the whole match undecided. */
export interface RouteRuleMatch extends Unread {
  readonly path?: { readonly type?: string | undefined; readonly value?: string | undefined } | undefined
  readonly headers: readonly NamedMatch[]
  readonly queryParams: readonly NamedMatch[]
  /** An HTTP method in an HTTPRoute, a service and method in a GRPCRoute. */
  readonly method?: string | GrpcMethod | undefined
}

export interface PathModifier {
  readonly type?: string | undefined
  readonly replaceFullPath?: string | undefined
  readonly replacePrefixMatch?: string | undefined
}

export interface RouteFilter {
  readonly type: string
  readonly requestRedirect?:
    | {
        readonly scheme?: string | undefined
        readonly hostname?: string | undefined
        readonly path?: PathModifier | undefined
        readonly port?: number | undefined
        readonly statusCode?: number | undefined
      }
    | undefined
  readonly urlRewrite?:
    | { readonly hostname?: string | undefined; readonly path?: PathModifier | undefined }
    | undefined
  readonly requestMirror?: { readonly backendRef: Omit<BackendReference, 'filters'> } | undefined
  readonly extensionRef?: { readonly group: string; readonly kind: string; readonly name: string } | undefined
}

export interface RouteRule {
  readonly name?: string | undefined
  readonly matches: readonly RouteRuleMatch[]
  readonly filters: readonly RouteFilter[]
  readonly backendRefs: readonly BackendReference[]
}

export interface RouteParentStatus {
  readonly parentRef: ParentReference
  readonly controllerName: string
  readonly conditions: readonly Condition[]
}

export type GatewayRouteKind = 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'UDPRoute'

/** A Gateway API route of any kind: what some kinds lack is empty. */
export interface GatewayRoute<K extends GatewayRouteKind = GatewayRouteKind> extends KubeObjectBase<K> {
  readonly spec: {
    readonly parentRefs: readonly ParentReference[]
    /** Experimental: `All` attaches it to default Gateways too. */
    readonly useDefaultGateways?: string | undefined
    readonly hostnames: readonly string[]
    readonly rules: readonly RouteRule[]
  }
  readonly status: { readonly parents: readonly RouteParentStatus[] }
}

function parseParent(json: Json): ParentReference {
  return {
    group: text(json['group']),
    kind: text(json['kind']),
    namespace: text(json['namespace']),
    name: text(json['name']) ?? '',
    sectionName: text(json['sectionName']),
    port: integer(json['port']),
  }
}

function parseTarget(json: Json): Omit<BackendReference, 'filters'> {
  return {
    group: text(json['group']),
    kind: text(json['kind']),
    namespace: text(json['namespace']),
    name: text(json['name']) ?? '',
    port: integer(json['port']),
    weight: integer(json['weight']),
  }
}

const parseNamed = (json: Json): NamedMatch => ({
  type: text(json['type']),
  name: text(json['name']) ?? '',
  value: text(json['value']) ?? '',
})

function parseMatch(json: Json): RouteRuleMatch {
  const { method } = json
  const parsed = {
    path: optional(json['path'], (path) => ({ type: text(path['type']), value: text(path['value']) })),
    headers: list(json['headers'], parseNamed),
    queryParams: list(json['queryParams'], parseNamed),
    method: isRecord(method)
      ? { type: text(method['type']), service: text(method['service']), method: text(method['method']) }
      : text(method),
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}

const parseModifier = (json: Json): PathModifier => ({
  type: text(json['type']),
  replaceFullPath: text(json['replaceFullPath']),
  replacePrefixMatch: text(json['replacePrefixMatch']),
})

function parseFilter(json: Json): RouteFilter {
  return {
    type: text(json['type']) ?? '',
    requestRedirect: optional(json['requestRedirect'], (redirect) => ({
      scheme: text(redirect['scheme']),
      hostname: text(redirect['hostname']),
      path: optional(redirect['path'], parseModifier),
      port: integer(redirect['port']),
      statusCode: integer(redirect['statusCode']),
    })),
    urlRewrite: optional(json['urlRewrite'], (rewrite) => ({
      hostname: text(rewrite['hostname']),
      path: optional(rewrite['path'], parseModifier),
    })),
    requestMirror: optional(json['requestMirror'], (mirror) => ({
      backendRef: parseTarget(record(mirror['backendRef'])),
    })),
    extensionRef: optional(json['extensionRef'], (reference) => ({
      group: text(reference['group']) ?? '',
      kind: text(reference['kind']) ?? '',
      name: text(reference['name']) ?? '',
    })),
  }
}

function parseRule(json: Json): RouteRule {
  return {
    name: text(json['name']),
    matches: list(json['matches'], parseMatch),
    filters: list(json['filters'], parseFilter),
    backendRefs: list(json['backendRefs'], (backend) => ({
      ...parseTarget(backend),
      filters: list(backend['filters'], parseFilter),
    })),
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
          parentRefs: list(spec['parentRefs'], parseParent),
          useDefaultGateways: text(spec['useDefaultGateways']),
          hostnames: texts(spec['hostnames']) ?? [],
          rules: list(spec['rules'], parseRule),
        },
        status: {
          parents: list(record(json['status'])['parents'], (parent) => ({
            parentRef: parseParent(record(parent['parentRef'])),
            controllerName: text(parent['controllerName']) ?? '',
            conditions: parseConditions(parent['conditions']),
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
