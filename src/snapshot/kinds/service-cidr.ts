import { record, texts } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'

export interface ServiceCidr extends KubeObjectBase<'ServiceCIDR'> {
  readonly spec: { readonly cidrs: readonly string[] }
}

export const serviceCidr = defineKind<'ServiceCIDR', ServiceCidr>({
  kind: 'ServiceCIDR',
  group: 'networking.k8s.io',
  versions: ['v1', 'v1beta1'],
  plural: 'servicecidrs',
  namespaced: false,
  parse: (json, base) => ({ ...base, spec: { cidrs: texts(record(json['spec'])['cidrs']) ?? [] } }),
})
