/** The moment that every generated world was seen at. */
export const takenAt = '2026-01-01T12:00:00Z'
const created = '2025-12-01T08:00:00Z'

export interface Named {
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly owner?: { readonly kind: string; readonly name: string } | undefined
}

export const uidOf = (kind: string, namespace: string | undefined, name: string): string =>
  `${kind}-${namespace ?? ''}-${name}`

/**
 * Metadata as an API server sends it.
 *
 * @param fieldsBytes about how long the field sets of managedFields are: most of what a cluster sends is these
 */
export function metadata({ kind, namespace, name, labels = {}, owner }: Named, fieldsBytes = 600) {
  return {
    name,
    namespace,
    uid: uidOf(kind, namespace, name),
    resourceVersion: '123456',
    generation: 1,
    creationTimestamp: created,
    labels,
    annotations: { 'example.com/revision': '7f4b0d2e9c', 'example.com/owner': 'platform' },
    ...(owner !== undefined && {
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: owner.kind,
          name: owner.name,
          uid: uidOf(owner.kind, namespace, owner.name),
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    }),
    managedFields: managedFields(fieldsBytes),
  }
}

const names = [
  'f:image',
  'f:imagePullPolicy',
  'f:name',
  'f:resources',
  'f:terminationMessagePath',
  'f:volumeMounts',
]

function managedFields(bytes: number) {
  const entry = (manager: string, share: number, subresource?: string) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: created,
    fieldsType: 'FieldsV1',
    fieldsV1: fieldSet(bytes * share),
    ...(subresource !== undefined && { subresource }),
  })
  return [entry('kube-controller-manager', 0.65), entry('kubelet', 0.35, 'status')]
}

const sets = new Map<number, unknown>()

function fieldSet(bytes: number): unknown {
  const count = Math.max(1, Math.round(bytes / 190))
  const known = sets.get(count)
  if (known !== undefined) return known
  const fields = Object.fromEntries(
    names.map((name) => [name, { '.': {}, [`k:{"mountPath":"${name}"}`]: {} }]),
  )
  const containers = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `k:{"name":"part-${index}"}`,
      { '.': {}, ...pick(fields, index) },
    ]),
  )
  const set = {
    'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
    'f:spec': { 'f:containers': containers },
  }
  sets.set(count, set)
  return set
}

function pick(fields: Record<string, unknown>, index: number): Record<string, unknown> {
  const keys = [
    names[index % names.length],
    names[(index + 1) % names.length],
    names[(index + 2) % names.length],
  ]
  return Object.fromEntries(keys.map((key = '') => [key, fields[key]]))
}
