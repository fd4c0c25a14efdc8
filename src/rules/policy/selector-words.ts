import type { NamespaceScope, Peer } from '../../network/policy/model.ts'
import type { Requirement, Selector } from '../../network/policy/selector.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import { keyField } from '../service/fields.ts'
import { listed, say, type Text, word } from '../text.ts'

/** One requirement as people write it on a command line: `app=web`, `tier in (a, b)`, `!legacy`. */
function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(', ')})`
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.join(', ')})`
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
  }
}

/** A whole selector as one text, for keys: the same for selectors that mean the same. */
export function selectorKey({ requirements }: Selector): string {
  return [...new Set(requirements.map(requirementText))].sort().join(',')
}

/** A whole selector for people. */
export function selectorWords({ requirements }: Selector): Text {
  if (requirements.length === 0) return word('any label')
  return listed(requirements.map((requirement) => say`${requirementText(requirement)}`))
}

/** The namespaces of a peer as one text, for keys. */
export function scopeKey(scope: NamespaceScope): string {
  return 'name' in scope ? `namespace ${scope.name}` : `namespaces ${selectorKey(scope.selector)}`
}

/** Whose pods a peer means, for people. */
export function peerWords({ namespaces, pods }: Extract<Peer, { is: 'pods' }>): Text {
  const where =
    'name' in namespaces
      ? say`namespace ${namespaces.name}`
      : namespaces.selector.requirements.length === 0
        ? word('any namespace')
        : say`namespaces with ${selectorWords(namespaces.selector)}`
  return pods.requirements.length === 0
    ? say`pods in ${where}`
    : say`pods with ${selectorWords(pods)} in ${where}`
}

/** Where a requirement stands, below the field of its selector. */
export function requirementField(base: string, { field, key }: Requirement): string {
  return field.startsWith('matchLabels.') ? keyField(`${base}.matchLabels`, key) : `${base}.${field}`
}

/** Policies by name: `NetworkPolicy a`, or `NetworkPolicies a, b and c`. */
export function policyNames(references: readonly ObjectReference[]): Text {
  const [first] = references
  if (first === undefined) return []
  if (references.length === 1) return say`${first}`
  const names = references.slice(0, 3).map(({ name }) => say`${name}`)
  const more = references.length > 3 ? [say`${references.length - 3} more`] : []
  return say`NetworkPolicies ${listed([...names, ...more])}`
}
