import { flag, list, record, text, texts } from './json.ts'
import { type Condition, defineKind, type KubeObjectBase, parseConditions } from './kind.ts'

export interface Node extends KubeObjectBase<'Node'> {
  readonly spec: {
    readonly podCIDRs: readonly string[]
    /** `gce://PROJECT/ZONE/NAME`: who runs the machine. */
    readonly providerID?: string | undefined
    readonly unschedulable?: boolean | undefined
    readonly taints: readonly {
      readonly key: string
      readonly value?: string | undefined
      readonly effect: string
    }[]
  }
  readonly status: {
    readonly addresses: readonly { readonly type: string; readonly address: string }[]
    readonly conditions: readonly Condition[]
  }
}

export const node = defineKind<'Node', Node>({
  kind: 'Node',
  group: '',
  versions: ['v1'],
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  parse(json, base) {
    const spec = record(json['spec'])
    const status = record(json['status'])
    const single = text(spec['podCIDR'])
    return {
      ...base,
      spec: {
        podCIDRs: texts(spec['podCIDRs']) ?? (single === undefined ? [] : [single]),
        providerID: text(spec['providerID']),
        unschedulable: flag(spec['unschedulable']),
        taints: list(spec['taints'], (taint) => ({
          key: text(taint['key']) ?? '',
          value: text(taint['value']),
          effect: text(taint['effect']) ?? '',
        })),
      },
      status: {
        addresses: list(status['addresses'], (address) => ({
          type: text(address['type']) ?? '',
          address: text(address['address']) ?? '',
        })),
        conditions: parseConditions(status['conditions']),
      },
    }
  },
})
