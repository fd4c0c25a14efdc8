import { record, text } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'

export interface Namespace extends KubeObjectBase<'Namespace'> {
  readonly status: { readonly phase?: string | undefined }
}

export const namespace = defineKind<'Namespace', Namespace>({
  kind: 'Namespace',
  group: '',
  versions: ['v1'],
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  parse: (json, base) => ({ ...base, status: { phase: text(record(json['status'])['phase']) } }),
})
