import { integer, type Json, list, optional, optionalTextMap, type TextMap, text } from './json.ts'
import { type Condition, type LabelSelector, parseConditions, parseLabelSelector } from './kind.ts'

/** Which namespaces may attach something: `Same`, `All`, `Selector` or `None`. */
export interface AllowedNamespaces {
  readonly from?: string | undefined
  readonly selector?: LabelSelector | undefined
}

/** A reference to an object that holds a certificate: a Secret, where nothing else is said. */
export interface CertificateReference {
  readonly group?: string | undefined
  readonly kind?: string | undefined
  readonly namespace?: string | undefined
  readonly name: string
}

/** One listener of a Gateway or of a ListenerSet; both have the same fields. */
export interface Listener {
  readonly name: string
  readonly hostname?: string | undefined
  readonly port: number
  readonly protocol: string
  readonly tls?:
    | {
        readonly mode?: string | undefined
        readonly certificateRefs: readonly CertificateReference[]
        /** Options of the implementation, which may stand for a certificate. */
        readonly options?: TextMap | undefined
      }
    | undefined
  readonly allowedRoutes?:
    | {
        readonly namespaces?: AllowedNamespaces | undefined
        readonly kinds: readonly { readonly group?: string | undefined; readonly kind: string }[]
      }
    | undefined
  /** Filters that run before a route is looked for. */
  readonly filters?: { readonly requests: readonly { readonly type: string }[] } | undefined
}

export interface ListenerStatus {
  readonly name: string
  readonly attachedRoutes?: number | undefined
  readonly supportedKinds: readonly { readonly group?: string | undefined; readonly kind: string }[]
  readonly conditions: readonly Condition[]
}

const parseKinds = (value: unknown) =>
  list(value, (kind) => ({ group: text(kind['group']), kind: text(kind['kind']) ?? '' }))

export function parseAllowedNamespaces(json: Json): AllowedNamespaces {
  return { from: text(json['from']), selector: optional(json['selector'], parseLabelSelector) }
}

function parseCertificateReference(json: Json): CertificateReference {
  return {
    group: text(json['group']),
    kind: text(json['kind']),
    namespace: text(json['namespace']),
    name: text(json['name']) ?? '',
  }
}

export function parseListener(json: Json): Listener {
  return {
    name: text(json['name']) ?? '',
    hostname: text(json['hostname']),
    port: integer(json['port']) ?? 0,
    protocol: text(json['protocol']) ?? '',
    tls: optional(json['tls'], (tls) => ({
      mode: text(tls['mode']),
      certificateRefs: list(tls['certificateRefs'], parseCertificateReference),
      options: optionalTextMap(tls['options']),
    })),
    allowedRoutes: optional(json['allowedRoutes'], (allowed) => ({
      namespaces: optional(allowed['namespaces'], parseAllowedNamespaces),
      kinds: parseKinds(allowed['kinds']),
    })),
    filters: optional(json['filters'], (filters) => ({
      requests: list(filters['requests'], (filter) => ({ type: text(filter['type']) ?? '' })),
    })),
  }
}

export function parseListenerStatus(json: Json): ListenerStatus {
  return {
    name: text(json['name']) ?? '',
    attachedRoutes: integer(json['attachedRoutes']),
    supportedKinds: parseKinds(json['supportedKinds']),
    conditions: parseConditions(json['conditions']),
  }
}
