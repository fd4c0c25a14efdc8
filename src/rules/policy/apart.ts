import { nameLabel } from '../../network/policy/endpoint.ts'
import type { NamespaceScope, Peer } from '../../network/policy/model.ts'
import { meets, type Requirement, type Selector } from '../../network/policy/selector.ts'

// Decided from what is written: true means that no pod could ever be matched by both. Where that cannot be seen, false.

/** Whether two peers surely have no pod in common. */
export function areApart(a: Peer, b: Peer): boolean {
  if (a.is === 'nothing' || b.is === 'nothing') return true
  if (a.is !== 'pods' || b.is !== 'pods') return false
  return areSelectorsApart(a.pods, b.pods) || areScopesApart(a.namespaces, b.namespaces)
}

function areSelectorsApart(a: Selector, b: Selector): boolean {
  return a.requirements.some((one) => b.requirements.some((other) => contradict(one, other)))
}

function areScopesApart(a: NamespaceScope, b: NamespaceScope): boolean {
  if ('name' in a) return 'name' in b ? a.name !== b.name : isOutside(a.name, b.selector)
  return 'name' in b ? isOutside(b.name, a.selector) : areSelectorsApart(a.selector, b.selector)
}

/** Of a namespace that is only named, one label is known. */
function isOutside(name: string, { requirements }: Selector): boolean {
  return requirements.some(
    (requirement) => requirement.key === nameLabel && !meets({ [nameLabel]: name }, requirement),
  )
}

function contradict(a: Requirement, b: Requirement): boolean {
  if (a.key !== b.key) return false
  // What one value of `In` meets of the other requirement, or an absent label.
  const values = a.operator === 'In' ? a.values : b.operator === 'In' ? b.values : undefined
  if (values !== undefined)
    return !values.some((value) => meets({ [a.key]: value }, a) && meets({ [a.key]: value }, b))
  const operators = [a.operator, b.operator]
  return operators.includes('Exists') && operators.includes('DoesNotExist')
}
