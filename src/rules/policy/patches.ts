import { type PatchOperation, pointer } from '../../network/edit.ts'
import type { Requirement } from '../../network/policy/selector.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import { say, type Text, word } from '../text.ts'

/** The steps of a field path: `spec.ingress[0].from` is spec, ingress, 0, from. */
export function steps(field: string): readonly (string | number)[] {
  return field
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step))
}

/**
 * Gives one requirement another key or value.
 *
 * @param base field of the selector, such as `spec.podSelector`
 */
export function changeRequirement(
  base: string,
  { field, key, values }: Requirement,
  wanted: { readonly key: string; readonly value: string },
): readonly PatchOperation[] {
  const selector = steps(base)
  if (field.startsWith('matchLabels.')) {
    const at = (name: string): string => pointer(...selector, 'matchLabels', name)
    if (wanted.key === key) return [{ op: 'replace', path: at(key), value: wanted.value }]
    return [
      { op: 'remove', path: at(key) },
      { op: 'add', path: at(wanted.key), value: wanted.value },
    ]
  }
  const at = pointer(...selector, ...steps(field))
  const value = {
    key: wanted.key,
    operator: 'In',
    values: values.length > 1 && wanted.key === key ? [...values, wanted.value] : [wanted.value],
  }
  return [{ op: 'replace', path: at, value }]
}

const shortNames: Readonly<Record<string, string>> = { NetworkPolicy: 'netpol' }

/**
 * A patch as a command that can be pasted.
 *
 * @param lead a condition that it stands under, such as "If Deployment web is meant"
 */
export function patchCommand(
  { kind, namespace, name }: ObjectReference,
  operations: readonly PatchOperation[],
  lead?: Text,
): Text {
  const resource = shortNames[kind] ?? kind.toLowerCase()
  const patch = say`${word(resource)} ${name} --type=json -p '${JSON.stringify(operations)}'`
  if (lead === undefined)
    return namespace === undefined ? say`kubectl patch ${patch}` : say`kubectl -n ${namespace} patch ${patch}`
  return namespace === undefined
    ? say`${lead}: kubectl patch ${patch}`
    : say`${lead}: kubectl -n ${namespace} patch ${patch}`
}

/** How to look at a policy. */
export function showCommand({ kind, namespace, name }: ObjectReference): Text {
  const resource = shortNames[kind] ?? kind.toLowerCase()
  return namespace === undefined
    ? say`kubectl get ${word(resource)} ${name} -o yaml`
    : say`kubectl -n ${namespace} get ${word(resource)} ${name} -o yaml`
}
