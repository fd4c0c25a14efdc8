import type { FlowChange } from '../change/flow-table.ts'
import type { FlowEnd } from '../diagnosis/flow/ends.ts'
import { addressText } from '../network/policy/reachability/address-atoms.ts'
import { type ObjectReference, referenceTo } from '../snapshot/snapshot.ts'
import { escapeText } from './escape.ts'
import { resourceName } from './words.ts'

/** The namespace of an end; absent for what has none. */
export function namespaceOfEnd(end: FlowEnd): string | undefined {
  if (end.kind === 'pods') return end.reference.namespace
  return end.kind === 'service' ? end.service.metadata.namespace : undefined
}

/** `deploy/web`, `svc/auth`, `192.0.2.1`, `world`; with its namespace where `home` is another one. */
export function endText(end: FlowEnd, home?: string): string {
  switch (end.kind) {
    case 'pods':
      return objectText(end.reference, home)
    case 'service':
      return objectText(referenceTo(end.service), home)
    case 'node':
      return `node/${escapeText(end.node.metadata.name)}`
    case 'address':
      return escapeText(end.address)
    case 'world':
      return 'world'
  }
}

export function objectText(reference: ObjectReference, home?: string): string {
  const name = escapeText(resourceName(reference))
  return reference.namespace === undefined || reference.namespace === home
    ? name
    : `${escapeText(reference.namespace)}/${name}`
}

const mostRanges = 2

/** An end of a flow that changes: a workload, or addresses outside. */
export function changedEndText(end: FlowChange['source'], home?: string): string {
  if (end.kind === 'workload') return objectText(end.reference, home)
  if (end.isEverything) return 'any address outside'
  const ranges = end.intervals
    .slice(0, mostRanges)
    .map(({ first, last }) =>
      first === last
        ? addressText(first, end.family)
        : `${addressText(first, end.family)}-${addressText(last, end.family)}`,
    )
  return `addresses ${ranges.join(', ')}${end.intervals.length > mostRanges ? ', ...' : ''}`
}

/** `80/TCP`, `8000-8100/TCP`, `all UDP ports`. */
export function changedPortsText(ports: FlowChange['ports']): string {
  return ports
    .map(({ protocol, from, to }) => {
      if (from === 1 && to === 65535) return `all ${protocol} ports`
      return from === to ? `${from}/${protocol}` : `${from}-${to}/${protocol}`
    })
    .join(', ')
}
