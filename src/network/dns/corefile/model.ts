import type { Directive } from './parse.ts'
import type { Address, ZoneName } from './zones.ts'

/** Names that go on to the next plugin where this one has none: all, those of zones, or none. */
export type Fallthrough = readonly ZoneName[]

/** The plugin that answers for Services and pods. */
export interface KubernetesPlugin {
  readonly kind: 'kubernetes'
  readonly line: number
  readonly zones: readonly ZoneName[]
  readonly pods: 'disabled' | 'insecure' | 'verified'
  /** Empty: all. */
  readonly namespaces: readonly string[]
  /** A label selector for Services, as it is written. */
  readonly labels?: string | undefined
  /** A label selector for namespaces, as it is written. */
  readonly namespaceLabels?: string | undefined
  readonly endpointPodNames: boolean
  readonly hasEndpoints: boolean
  readonly ignoresEmptyServices: boolean
  readonly fallthrough: Fallthrough
  /** Another API server than the cluster's own, or several clusters: what it answers is in no object here. */
  readonly isForeign: boolean
}

export interface HostsPlugin {
  readonly kind: 'hosts'
  readonly line: number
  /** Path of the file; CoreDNS's own /etc/hosts by default. */
  readonly file: string
  readonly zones: readonly ZoneName[]
  readonly entries: readonly HostsEntry[]
  readonly fallthrough: Fallthrough
}

export interface HostsEntry {
  readonly address: string
  readonly names: readonly ZoneName[]
  readonly line: number
}

export type NameMatch = 'exact' | 'prefix' | 'suffix' | 'substring' | 'regex'

/** A rule that changes the name of a question. */
export interface RewriteRule {
  readonly kind: 'rewrite'
  readonly line: number
  readonly goesOn: boolean
  /** Of rules that do not touch names, nothing else is told. */
  readonly name?: { readonly match: NameMatch; readonly from: string; readonly to: string } | undefined
  /** A change of type, or one that we do not know: the answer may be any. */
  readonly isOpaque: boolean
}

export interface TemplatePlugin {
  readonly kind: 'template'
  readonly line: number
  readonly type: string
  readonly zones: readonly ZoneName[]
  /** Regular expressions, one of which has to match. */
  readonly matches: readonly string[]
  /** Records in Go's template language. */
  readonly answers: readonly string[]
  readonly rcode: string
  readonly fallthrough: Fallthrough
}

export interface ForwardPlugin {
  readonly kind: 'forward'
  readonly line: number
  readonly from: ZoneName
  /** Addresses and files of upstream servers, as written. */
  readonly to: readonly string[]
  readonly except: readonly ZoneName[]
}

/** A plugin that may answer in its zones by data that no object shows. */
export interface OpaquePlugin {
  readonly kind: 'opaque'
  readonly name: string
  readonly line: number
  readonly zones: readonly ZoneName[]
}

export type Plugin =
  | KubernetesPlugin
  | HostsPlugin
  | RewriteRule
  | TemplatePlugin
  | ForwardPlugin
  | OpaquePlugin

/** A server block: what answers for its zones. */
export interface CorefileServer {
  readonly addresses: readonly Address[]
  readonly line: number
  readonly file: string
  /** In the order in which a query passes them. Those that change no answer are left out. */
  readonly plugins: readonly Plugin[]
  /** Everything as written, in the order of the file. */
  readonly directives: readonly Directive[]
}

export interface CorefileTrouble {
  readonly line: number
  readonly file: string
  readonly message: string
  /** Grammar: not to be read at all. plugin: a plugin of that name is unknown. setup: a plugin refuses its options. */
  readonly sort: 'grammar' | 'plugin' | 'setup'
}

/** A Corefile as CoreDNS would use it. */
export interface Corefile {
  readonly servers: readonly CorefileServer[]
  /** What makes CoreDNS refuse it, first things first; empty when it takes it. */
  readonly troubles: readonly CorefileTrouble[]
  readonly unknownImports: readonly string[]
}
