import { list, record, text } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'

/** Lets objects of other namespaces name objects of its own. */
export interface ReferenceGrant extends KubeObjectBase<'ReferenceGrant'> {
  readonly spec: {
    readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[]
    /** Without a name: every object of the kind. */
    readonly to: readonly {
      readonly group: string
      readonly kind: string
      readonly name?: string | undefined
    }[]
  }
}

export const referenceGrant = defineKind<'ReferenceGrant', ReferenceGrant>({
  kind: 'ReferenceGrant',
  group: 'gateway.networking.k8s.io',
  versions: ['v1', 'v1beta1', 'v1alpha2'],
  plural: 'referencegrants',
  shortNames: ['refgrant'],
  namespaced: true,
  parse(json, base) {
    const spec = record(json['spec'])
    return {
      ...base,
      spec: {
        from: list(spec['from'], (from) => ({
          group: text(from['group']) ?? '',
          kind: text(from['kind']) ?? '',
          namespace: text(from['namespace']) ?? '',
        })),
        to: list(spec['to'], (to) => ({
          group: text(to['group']) ?? '',
          kind: text(to['kind']) ?? '',
          name: text(to['name']),
        })),
      },
    }
  },
})
