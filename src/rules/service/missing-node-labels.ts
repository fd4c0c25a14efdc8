import type { Network } from '../../network/network.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { LabelSelectorRequirement } from '../../snapshot/kinds/kind.ts'
import type { Node } from '../../snapshot/kinds/node.ts'
import type { Evidence } from '../finding.ts'
import { editDistance } from '../similar.ts'
import { keyField } from './fields.ts'

/** A label that pods ask of their node and no node has. */
export interface NodeLabels {
  readonly key: string
  /** The values that would do; empty when any value would. */
  readonly wanted: readonly string[]
  /** Values that nodes have under that key, the nearest first. */
  readonly present: readonly string[]
  readonly evidence: Evidence
}

/**
 * The labels of a workload's nodeSelector, and of its required node affinity, that no node carries; empty when the
 * nodes were not read.
 */
export function missingNodeLabels(workload: Workload, network: Network): readonly NodeLabels[] {
  const nodes = network.inventory.list('Node')
  if (nodes.gaps.length > 0 || nodes.items.length === 0) return []
  const selected = Object.entries(workload.spec.nodeSelector).flatMap(([key, value]) => {
    const field = keyField(`${workload.specPath}.nodeSelector`, key)
    return missing(key, [value], nodes.items, { reference: workload.reference, field, value })
  })
  return selected.length > 0 ? selected : missingByAffinity(workload, nodes.items)
}

/** Terms are alternatives: only when no node suits any of them is the first one to blame. */
function missingByAffinity(workload: Workload, nodes: readonly Node[]): readonly NodeLabels[] {
  const required = workload.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const field = `${workload.specPath}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`
  const perTerm = (required?.nodeSelectorTerms ?? []).map(({ matchExpressions }, term) =>
    matchExpressions.flatMap((expression, index) => {
      const path = `${field}.nodeSelectorTerms[${term}].matchExpressions[${index}].key`
      return unmet(expression, nodes, { reference: workload.reference, field: path, value: expression.key })
    }),
  )
  return perTerm.every((labels) => labels.length > 0) ? (perTerm[0] ?? []) : []
}

/** Only what asks for a label can lack it: NotIn, DoesNotExist and comparisons are left to the scheduler's words. */
function unmet(
  { key, operator, values }: LabelSelectorRequirement,
  nodes: readonly Node[],
  evidence: Evidence,
): readonly NodeLabels[] {
  if (operator !== 'In' && operator !== 'Exists') return []
  return missing(key, operator === 'In' ? values : [], nodes, evidence)
}

function missing(
  key: string,
  wanted: readonly string[],
  nodes: readonly Node[],
  evidence: Evidence,
): readonly NodeLabels[] {
  const values = nodes.flatMap(({ metadata }) => metadata.labels[key] ?? [])
  const isThere = wanted.length === 0 ? values.length > 0 : wanted.some((value) => values.includes(value))
  if (isThere) return []
  const distance = (value: string): number => Math.min(...wanted.map((other) => editDistance(value, other)))
  const present = [...new Set(values)].sort((a, b) => distance(a) - distance(b) || (a < b ? -1 : 1))
  return [{ key, wanted, present, evidence }]
}
