import type { Network } from '../network/network.ts'
import { say, type Text, word } from '../rules/text.ts'
import type { Examination } from './examine.ts'

/**
 * What the answer takes for granted. Platform parts that may not be read do not turn every verdict unknown: they are
 * said once, with the permission that would settle them.
 */
export function assumptionsOf({ scope }: Examination, network: Network): readonly Text[] {
  const { inventory } = network
  const found: Text[] = []
  const nodes = inventory.gaps('Node')[0]
  if (nodes !== undefined)
    found.push(
      say`nodes are healthy and carry the usual labels (${nodes.permission ?? 'nodes were not read'})`,
    )
  const { coverage } = inventory.snapshot
  const usesComputed =
    coverage.declared ||
    scope.services.some((service) => inventory.gaps('EndpointSlice', service.metadata.namespace).length > 0)
  if (usesComputed && scope.services.length > 0) {
    found.push(
      word(
        coverage.declared
          ? 'pods are those that the workloads would make, and become ready'
          : 'EndpointSlices are up to date with the pods',
      ),
    )
  }
  return found
}
