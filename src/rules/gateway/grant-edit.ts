import type { Edit } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import type { Referent } from '../../network/routes/gateway/grants.ts'

/** A ReferenceGrant that permits exactly one reference, in the version that the cluster's own ones have. */
export function grantEdit(from: Omit<Referent, 'name'>, to: Referent, network: Network): Edit {
  const known = network.inventory.list('ReferenceGrant').items[0]
  const apiVersion = known?.apiVersion ?? 'gateway.networking.k8s.io/v1beta1'
  const wanted = `${from.kind.toLowerCase()}s-of-${from.namespace}-to-${to.name}`
  const name = wanted.slice(0, 253)
  return {
    kind: 'create',
    reference: { apiVersion, kind: 'ReferenceGrant', namespace: to.namespace, name },
    object: {
      apiVersion,
      kind: 'ReferenceGrant',
      metadata: { name, namespace: to.namespace },
      spec: {
        from: [{ group: from.group, kind: from.kind, namespace: from.namespace }],
        to: [{ group: to.group, kind: to.kind, name: to.name }],
      },
    },
  }
}
