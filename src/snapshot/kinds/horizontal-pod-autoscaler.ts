import { integer, record, text } from './json.ts'
import { type Condition, defineKind, type KubeObjectBase, parseConditions } from './kind.ts'

export interface HorizontalPodAutoscaler extends KubeObjectBase<'HorizontalPodAutoscaler'> {
  readonly spec: {
    readonly minReplicas?: number | undefined
    readonly maxReplicas?: number | undefined
    readonly scaleTargetRef: { readonly kind: string; readonly name: string }
  }
  readonly status: { readonly conditions: readonly Condition[] }
}

export const horizontalPodAutoscaler = defineKind<'HorizontalPodAutoscaler', HorizontalPodAutoscaler>({
  kind: 'HorizontalPodAutoscaler',
  group: 'autoscaling',
  versions: ['v2', 'v1'],
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  namespaced: true,
  parse(json, base) {
    const spec = record(json['spec'])
    const target = record(spec['scaleTargetRef'])
    return {
      ...base,
      spec: {
        minReplicas: integer(spec['minReplicas']),
        maxReplicas: integer(spec['maxReplicas']),
        scaleTargetRef: { kind: text(target['kind']) ?? '', name: text(target['name']) ?? '' },
      },
      status: { conditions: parseConditions(record(json['status'])['conditions']) },
    }
  },
})
