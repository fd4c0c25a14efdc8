import { flag, integer, type Json, list, record, type TextMap, text, textMap, texts, word } from './json.ts'
import { sharing } from './sharing.ts'

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid?: string | undefined
  readonly controller?: boolean | undefined
}

/** One entry of `metadata.managedFields`: who wrote the object, how and when. Of the field set only what a question needs is kept. */
export interface ManagedFields {
  readonly manager: string
  readonly operation?: string | undefined
  readonly time?: string | undefined
  readonly subresource?: string | undefined
  readonly fieldsV1?: OwnedFields | undefined
}

/** The part of a field set that is kept: `spec.replicas`, and the labels of a Namespace. */
export interface OwnedFields {
  readonly 'f:spec'?: { readonly 'f:replicas': object } | undefined
  readonly 'f:metadata'?: { readonly 'f:labels': Readonly<Record<string, object>> } | undefined
}

const replicasOnly: OwnedFields = Object.freeze({ 'f:spec': { 'f:replicas': {} } })

export interface ObjectMeta {
  readonly name: string
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string | undefined
  readonly generateName?: string | undefined
  readonly uid?: string | undefined
  readonly generation?: number | undefined
  readonly creationTimestamp?: string | undefined
  readonly deletionTimestamp?: string | undefined
  /** Absent where there are none. */
  readonly finalizers?: readonly string[] | undefined
  readonly labels: TextMap
  readonly annotations: TextMap
  readonly ownerReferences: readonly OwnerReference[]
  readonly managedFields: readonly ManagedFields[]
}

export interface KubeObjectBase<K extends string = string> {
  readonly apiVersion: string
  readonly kind: K
  readonly metadata: ObjectMeta
}

/** What the program knows about a kind, and its parse function, which is also its projection. */
export interface KindDefinition<K extends string, T extends KubeObjectBase<K>> {
  readonly kind: K
  /** The kind as the API has it, where another group has a kind of that name too. */
  readonly apiKind?: string
  /** API group, '' for core. */
  readonly group: string
  /** Versions that the parse function reads, most wanted first. */
  readonly versions: readonly string[]
  readonly plural: string
  readonly shortNames?: readonly string[]
  readonly namespaced: boolean
  /** Made by controllers by the thousand: of their managedFields only what somebody else wrote is kept. */
  readonly isMadeInMasses?: boolean
  /** Never listed, because a list moves values that are nobody's business: read by name, one by one, on request. */
  readonly isReadByName?: boolean
  readonly parse: (json: Json, base: KubeObjectBase<K>) => T
}

export function defineKind<K extends string, T extends KubeObjectBase<K>>(
  definition: KindDefinition<K, T>,
): KindDefinition<K, T> {
  return definition
}

/** Large, redundant, and a copy of whatever was once applied, passwords included. */
const droppedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

const parseLabels = sharing(textMap)

const parseAnnotations = sharing((value) => without(textMap(value), droppedAnnotation))

const parseFinalizers = sharing(texts)

const parseOwners = sharing((value) =>
  list(value, (owner) => ({
    apiVersion: text(owner['apiVersion']) ?? '',
    kind: text(owner['kind']) ?? '',
    name: text(owner['name']) ?? '',
    uid: text(owner['uid']),
    controller: flag(owner['controller']),
  })),
)

/** Writers that follow changes and do not make them. */
const followers: ReadonlySet<string> = new Set(['kube-controller-manager', 'kubelet', 'kube-scheduler'])

/** Whether an entry of managedFields is a follower's, or only about the status. */
export function isFollower({
  manager,
  subresource,
}: Pick<ManagedFields, 'manager' | 'subresource'>): boolean {
  return subresource === 'status' || followers.has(manager)
}

function parseManagedFields(value: unknown): readonly ManagedFields[] {
  return list(value, (entry) => ({
    manager: word(entry['manager']) ?? '',
    operation: word(entry['operation']),
    time: word(entry['time']),
    subresource: text(entry['subresource']),
    fieldsV1: Object.hasOwn(record(record(entry['fieldsV1'])['f:spec']), 'f:replicas')
      ? replicasOnly
      : undefined,
  }))
}

function ofOthers(value: unknown): readonly ManagedFields[] {
  if (!Array.isArray(value)) return parseManagedFields(value)
  const isOthers = (entry: unknown): boolean => {
    const { manager, subresource } = record(entry)
    return !isFollower({ manager: text(manager) ?? '', subresource: text(subresource) })
  }
  return parseManagedFields(value.filter(isOthers))
}

/** Parses `metadata`. Returns `undefined` when there is no name: such an object cannot be referred to. */
export function parseMeta(
  value: unknown,
  { namespaced, isMadeInMasses = false }: { readonly namespaced: boolean; readonly isMadeInMasses?: boolean },
): ObjectMeta | undefined {
  const json = record(value)
  const name = text(json['name'])
  if (name === undefined || name === '') return undefined
  return {
    name,
    namespace: namespaced ? (word(json['namespace']) ?? '') : undefined,
    generateName: text(json['generateName']),
    uid: text(json['uid']),
    generation: integer(json['generation']),
    creationTimestamp: word(json['creationTimestamp']),
    deletionTimestamp: text(json['deletionTimestamp']),
    finalizers: parseFinalizers(json['finalizers']),
    labels: parseLabels(json['labels']),
    annotations: parseAnnotations(json['annotations']),
    ownerReferences: parseOwners(json['ownerReferences']),
    managedFields: isMadeInMasses
      ? ofOthers(json['managedFields'])
      : parseManagedFields(json['managedFields']),
  }
}

function without(map: TextMap, dropped: string): TextMap {
  if (!Object.hasOwn(map, dropped)) return map
  return textMap(Object.fromEntries(Object.entries(map).filter(([key]) => key !== dropped)))
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly lastTransitionTime?: string | undefined
  readonly observedGeneration?: number | undefined
}

export function parseConditions(value: unknown): readonly Condition[] {
  return list(value, (json) => ({
    type: word(json['type']) ?? '',
    status: word(json['status']) ?? '',
    reason: word(json['reason']),
    message: text(json['message']),
    lastTransitionTime: word(json['lastTransitionTime']),
    observedGeneration: integer(json['observedGeneration']),
  }))
}

export interface LabelSelectorRequirement {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}

/** metav1.LabelSelector. `{}` selects everything. */
export interface LabelSelector {
  readonly matchLabels: TextMap
  readonly matchExpressions: readonly LabelSelectorRequirement[]
}

export function parseLabelSelector(json: Json): LabelSelector {
  return {
    matchLabels: textMap(json['matchLabels']),
    matchExpressions: list(json['matchExpressions'], (item) => ({
      key: text(item['key']) ?? '',
      operator: text(item['operator']) ?? '',
      values: Array.isArray(item['values'])
        ? item['values'].filter((value) => typeof value === 'string')
        : [],
    })),
  }
}
