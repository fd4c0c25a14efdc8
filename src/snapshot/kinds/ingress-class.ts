import { record, text } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'

export interface IngressClass extends KubeObjectBase<'IngressClass'> {
  readonly spec: {
    /** Which controller implements the class, such as `k8s.io/ingress-nginx`: a name, no reference to any object. */
    readonly controller?: string | undefined
  }
}

export const ingressClass = defineKind<'IngressClass', IngressClass>({
  kind: 'IngressClass',
  group: 'networking.k8s.io',
  versions: ['v1'],
  plural: 'ingressclasses',
  namespaced: false,
  parse(json, base) {
    return { ...base, spec: { controller: text(record(json['spec'])['controller']) } }
  },
})
