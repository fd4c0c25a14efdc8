import { list, optional, record, text } from './json.ts'
import { type Condition, defineKind, type KubeObjectBase, parseConditions } from './kind.ts'
import {
  type AllowedNamespaces,
  type Listener,
  type ListenerStatus,
  parseAllowedNamespaces,
  parseListener,
  parseListenerStatus,
} from './listener.ts'

export interface Gateway extends KubeObjectBase<'Gateway'> {
  readonly spec: {
    readonly gatewayClassName: string
    readonly listeners: readonly Listener[]
    /** Which ListenerSets may join; none where nothing is said. */
    readonly allowedListeners?: { readonly namespaces?: AllowedNamespaces | undefined } | undefined
    /** Experimental: `All` makes it a Gateway of the routes that name none. */
    readonly defaultScope?: string | undefined
  }
  readonly status: {
    readonly addresses: readonly { readonly type?: string | undefined; readonly value: string }[]
    readonly conditions: readonly Condition[]
    readonly listeners: readonly ListenerStatus[]
  }
}

export const gateway = defineKind<'Gateway', Gateway>({
  kind: 'Gateway',
  group: 'gateway.networking.k8s.io',
  versions: ['v1', 'v1beta1'],
  plural: 'gateways',
  shortNames: ['gtw'],
  namespaced: true,
  parse(json, base) {
    const spec = record(json['spec'])
    const status = record(json['status'])
    return {
      ...base,
      spec: {
        gatewayClassName: text(spec['gatewayClassName']) ?? '',
        listeners: list(spec['listeners'], parseListener),
        allowedListeners: optional(spec['allowedListeners'], (allowed) => ({
          namespaces: optional(allowed['namespaces'], parseAllowedNamespaces),
        })),
        defaultScope: text(spec['defaultScope']),
      },
      status: {
        addresses: list(status['addresses'], (address) => ({
          type: text(address['type']),
          value: text(address['value']) ?? '',
        })),
        conditions: parseConditions(status['conditions']),
        listeners: list(status['listeners'], parseListenerStatus),
      },
    }
  },
})
