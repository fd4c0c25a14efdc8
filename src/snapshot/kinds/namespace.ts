import { isRecord, type Json, record, text } from './json.ts'
import { defineKind, type KubeObjectBase, type ManagedFields, type ObjectMeta } from './kind.ts'

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
  parse: (json, base) => ({
    ...base,
    metadata: withLabelOwners(base.metadata, record(json['metadata'])),
    status: { phase: text(record(json['status'])['phase']) },
  }),
})

/** Who set which label: a policy may rest on one. */
function withLabelOwners(metadata: ObjectMeta, json: Json): ObjectMeta {
  const written = Array.isArray(json['managedFields']) ? json['managedFields'].filter(isRecord) : []
  if (written.length !== metadata.managedFields.length) return metadata
  const managedFields = metadata.managedFields.map((entry, index): ManagedFields => {
    const labels = record(record(record(written[index]?.['fieldsV1'])['f:metadata'])['f:labels'])
    const keys = Object.keys(labels).filter((key) => key.startsWith('f:'))
    if (keys.length === 0) return entry
    const owned = Object.fromEntries(keys.map((key) => [key, {}]))
    return { ...entry, fieldsV1: { ...entry.fieldsV1, 'f:metadata': { 'f:labels': owned } } }
  })
  return { ...metadata, managedFields }
}
