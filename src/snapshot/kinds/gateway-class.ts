import { optional, record, text } from './json.ts'
import { type Condition, defineKind, type KubeObjectBase, parseConditions } from './kind.ts'

export interface GatewayClass extends KubeObjectBase<'GatewayClass'> {
  readonly spec: {
    readonly controllerName: string
    readonly parametersRef?:
      | {
          readonly group: string
          readonly kind: string
          readonly name: string
          readonly namespace?: string | undefined
        }
      | undefined
  }
  readonly status: { readonly conditions: readonly Condition[] }
}

export const gatewayClass = defineKind<'GatewayClass', GatewayClass>({
  kind: 'GatewayClass',
  group: 'gateway.networking.k8s.io',
  versions: ['v1', 'v1beta1'],
  plural: 'gatewayclasses',
  shortNames: ['gc'],
  namespaced: false,
  parse(json, base) {
    const spec = record(json['spec'])
    return {
      ...base,
      spec: {
        controllerName: text(spec['controllerName']) ?? '',
        parametersRef: optional(spec['parametersRef'], (reference) => ({
          group: text(reference['group']) ?? '',
          kind: text(reference['kind']) ?? '',
          name: text(reference['name']) ?? '',
          namespace: text(reference['namespace']),
        })),
      },
      status: { conditions: parseConditions(record(json['status'])['conditions']) },
    }
  },
})
