import type { Condition } from '../../snapshot/kinds/kind.ts'
import type { Node } from '../../snapshot/kinds/node.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'

export function nodeCondition({ status }: Node, type: string): Condition | undefined {
  return status.conditions.find((item) => item.type === type)
}

/** Status, reason and message of a condition, as far as they are there. */
export function conditionEvidence(
  node: Node,
  { type, status, reason, message }: Condition,
): readonly Evidence[] {
  const reference = referenceTo(node)
  const field = `status.conditions[type=${type}]`
  const all = [
    { reference, field: `${field}.status`, value: status },
    { reference, field: `${field}.reason`, value: reason },
    { reference, field: `${field}.message`, value: message },
  ]
  return all.filter(({ value }) => value !== undefined)
}

/** A node that no machine stands behind: it runs no DaemonSets. */
export function isVirtual({ metadata }: Node): boolean {
  return (
    metadata.labels['type'] === 'virtual-kubelet' || metadata.labels['kubernetes.io/role'] === 'agent-virtual'
  )
}
