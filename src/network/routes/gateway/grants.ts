import type { Gap } from '../../../snapshot/snapshot.ts'
import type { Inventory } from '../../inventory/inventory.ts'

export const gatewayGroup = 'gateway.networking.k8s.io'

export interface Referent {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

export type Grant =
  | { readonly is: 'granted' | 'not-granted' }
  | { readonly is: 'unknown'; readonly gaps: readonly Gap[] }

/**
 * Whether an object may name another. Within a namespace it may; across, a ReferenceGrant in the namespace of the other
 * must say so. Source: Gateway API, ReferenceGrant.
 */
export function grantFor(from: Omit<Referent, 'name'>, to: Referent, inventory: Inventory): Grant {
  if (from.namespace === to.namespace) return { is: 'granted' }
  const read = inventory.list('ReferenceGrant', to.namespace)
  const isGranted = read.items.some(
    ({ spec }) =>
      spec.from.some(
        (item) => item.group === from.group && item.kind === from.kind && item.namespace === from.namespace,
      ) &&
      spec.to.some(
        (item) =>
          item.group === to.group &&
          item.kind === to.kind &&
          (item.name === undefined || item.name === '' || item.name === to.name),
      ),
  )
  if (isGranted) return { is: 'granted' }
  if (read.gaps.length > 0) return { is: 'unknown', gaps: read.gaps }
  read.open?.noteOpen()
  return { is: 'not-granted' }
}
