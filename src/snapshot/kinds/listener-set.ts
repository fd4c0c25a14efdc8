import { list, record, text } from './json.ts'
import { type Condition, defineKind, type KubeObjectBase, parseConditions } from './kind.ts'
import { type Listener, type ListenerStatus, parseListener, parseListenerStatus } from './listener.ts'

/** More listeners for a Gateway, in a namespace of their own. */
export interface ListenerSet extends KubeObjectBase<'ListenerSet'> {
  readonly spec: {
    readonly parentRef: {
      readonly group?: string | undefined
      readonly kind?: string | undefined
      readonly namespace?: string | undefined
      readonly name: string
    }
    readonly listeners: readonly Listener[]
  }
  readonly status: {
    readonly conditions: readonly Condition[]
    readonly listeners: readonly ListenerStatus[]
  }
}

export const listenerSet = defineKind<'ListenerSet', ListenerSet>({
  kind: 'ListenerSet',
  group: 'gateway.networking.k8s.io',
  versions: ['v1'],
  plural: 'listenersets',
  shortNames: ['lset'],
  namespaced: true,
  parse(json, base) {
    const spec = record(json['spec'])
    const status = record(json['status'])
    const parent = record(spec['parentRef'])
    return {
      ...base,
      spec: {
        parentRef: {
          group: text(parent['group']),
          kind: text(parent['kind']),
          namespace: text(parent['namespace']),
          name: text(parent['name']) ?? '',
        },
        listeners: list(spec['listeners'], parseListener),
      },
      status: {
        conditions: parseConditions(status['conditions']),
        listeners: list(status['listeners'], parseListenerStatus),
      },
    }
  },
})
