import type { NamespaceScope, Peer, Policy, PortEntry, Rule } from '../../network/policy/model.ts'
import type { Requirement, Selector } from '../../network/policy/selector.ts'
import { isInside, overlaps } from './ranges.ts'

// Coverage is decided from what is written, never from what is there now: true means that every pod and address that
// the narrower one could ever match is matched by the wider one too. Where that cannot be seen, the answer is false.

/** Whether all labels that meet `narrow` meet `wide`. */
export function coversSelector(wide: Selector, narrow: Selector): boolean {
  return wide.requirements.every((requirement) =>
    narrow.requirements.some((other) => implies(other, requirement)),
  )
}

/** Whether labels that meet `given` always meet `asked`. */
function implies(given: Requirement, asked: Requirement): boolean {
  if (given.key !== asked.key) return false
  switch (asked.operator) {
    case 'Exists':
      return given.operator === 'Exists' || given.operator === 'In'
    case 'DoesNotExist':
      return given.operator === 'DoesNotExist'
    case 'In':
      return given.operator === 'In' && given.values.every((value) => asked.values.includes(value))
    case 'NotIn':
      if (given.operator === 'DoesNotExist') return true
      if (given.operator === 'NotIn') return asked.values.every((value) => given.values.includes(value))
      return given.operator === 'In' && !given.values.some((value) => asked.values.includes(value))
  }
}

function coversScope(wide: NamespaceScope, narrow: NamespaceScope): boolean {
  if ('name' in wide) return 'name' in narrow && wide.name === narrow.name
  if (!('name' in narrow)) return coversSelector(wide.selector, narrow.selector)
  return wide.selector.requirements.length === 0
}

/** Whether the pods of one policy are all pods of another. */
export function coversSubject(wide: Policy, narrow: Policy): boolean {
  return (
    wide.subject.doubt === undefined &&
    narrow.subject.doubt === undefined &&
    coversScope(wide.subject.namespaces, narrow.subject.namespaces) &&
    coversSelector(wide.subject.pods, narrow.subject.pods)
  )
}

function coversPeer(wide: Peer, narrow: Peer): boolean {
  if (wide.is === 'pods' && narrow.is === 'pods')
    return coversScope(wide.namespaces, narrow.namespaces) && coversSelector(wide.pods, narrow.pods)
  if (wide.is === 'block' && narrow.is === 'block')
    return (
      isInside(narrow.block, wide.block) &&
      wide.except.every(
        (hole) =>
          !overlaps(hole.block, narrow.block) ||
          narrow.except.some((other) => isInside(hole.block, other.block)),
      )
    )
  return false
}

function coversPeers(wide: Rule['peers'], narrow: Rule['peers']): boolean {
  if (wide === 'all') return true
  if (narrow === 'all') return false
  return narrow.every((peer) => wide.some((other) => coversPeer(other, peer)))
}

function coversPort(wide: PortEntry, narrow: PortEntry): boolean {
  if (wide.is === 'numbers' && narrow.is === 'numbers')
    return wide.protocol === narrow.protocol && wide.from <= narrow.from && wide.to >= narrow.to
  if (wide.is === 'name' && narrow.is === 'name')
    return wide.name === narrow.name && wide.protocol === narrow.protocol
  // A named port is some number of its protocol.
  return (
    wide.is === 'numbers' &&
    narrow.is === 'name' &&
    wide.protocol === narrow.protocol &&
    wide.from === 1 &&
    wide.to === 65535
  )
}

function coversPorts(wide: Rule['ports'], narrow: Rule['ports']): boolean {
  if (wide === 'all') return true
  if (narrow === 'all') return false
  return narrow.every((entry) => wide.some((other) => coversPort(other, entry)))
}

/** Whether everything that a rule admits is admitted by another, for the same pods or more. */
export function coversRule(wide: Rule, narrow: Rule): boolean {
  return (
    wide.doubt === undefined &&
    narrow.doubt === undefined &&
    wide.direction === narrow.direction &&
    coversSubject(wide.policy, narrow.policy) &&
    coversPeers(wide.peers, narrow.peers) &&
    coversPorts(wide.ports, narrow.ports)
  )
}

/** Whether a rule admits everything. */
export function isAllowAll({ peers, ports, doubt }: Rule): boolean {
  return doubt === undefined && peers === 'all' && ports === 'all'
}
