import { type TextMap, textMap } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'

export interface ConfigMap extends KubeObjectBase<'ConfigMap'> {
  readonly data: TextMap
}

export const configMap = defineKind<'ConfigMap', ConfigMap>({
  kind: 'ConfigMap',
  group: '',
  versions: ['v1'],
  plural: 'configmaps',
  shortNames: ['cm'],
  namespaced: true,
  parse: (json, base) => ({ ...base, data: textMap(json['data']) }),
})
