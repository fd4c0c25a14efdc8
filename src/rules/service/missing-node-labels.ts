import type { Network } from '../../network/network.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Evidence } from '../finding.ts'
import { editDistance } from '../similar.ts'
import { keyField } from './fields.ts'

/** A label that pods ask of their node and no node has. */
export interface NodeLabels {
  readonly key: string
  readonly value: string
  /** Values that nodes have under that key, the nearest first. */
  readonly present: readonly string[]
  readonly evidence: Evidence
}

/** The pairs of a workload's nodeSelector that no node carries; empty when the nodes were not read. */
export function missingNodeLabels(workload: Workload, network: Network): readonly NodeLabels[] {
  const nodes = network.inventory.list('Node')
  if (nodes.gaps.length > 0 || nodes.items.length === 0) return []
  return Object.entries(workload.spec.nodeSelector).flatMap(([key, value]): readonly NodeLabels[] => {
    const values = nodes.items.flatMap(({ metadata }) => metadata.labels[key] ?? [])
    if (values.includes(value)) return []
    const present = [...new Set(values)].sort(
      (a, b) => editDistance(a, value) - editDistance(b, value) || (a < b ? -1 : 1),
    )
    const field = keyField(`${workload.specPath}.nodeSelector`, key)
    return [{ key, value, present, evidence: { reference: workload.reference, field, value } }]
  })
}
