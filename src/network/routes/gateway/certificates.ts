import type { CertificateReference } from '../../../snapshot/kinds/listener.ts'
import type { Gap } from '../../../snapshot/snapshot.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { gatewayGroup, grantFor, type Referent } from './grants.ts'
import type { BoundListener } from './listeners.ts'

/** What is known of one certificate of a listener, by the specification and by what was read of its Secret. */
export type CertificateState =
  | { readonly is: 'usable' | 'not-permitted' | 'missing' }
  /** `key`: the one that the Secret lacks. */
  | { readonly is: 'incomplete'; readonly key: string }
  /** Another kind than Secret, of which only the implementation knows. */
  | { readonly is: 'other-kind' }
  /** Whether the reference is permitted was not read. */
  | { readonly is: 'unknown'; readonly gaps: readonly Gap[] }
  /** Permitted; what the Secret holds was not read. */
  | { readonly is: 'not-read' }

/** Both ends of a reference to a certificate, as a ReferenceGrant names them. */
export function certificateEnds(
  { owner }: BoundListener,
  { group = '', kind = 'Secret', namespace, name }: CertificateReference,
): { readonly from: Omit<Referent, 'name'>; readonly to: Referent } {
  const own = owner.metadata.namespace ?? ''
  return {
    from: { group: gatewayGroup, kind: owner.kind, namespace: own },
    to: { group, kind, namespace: namespace ?? own, name },
  }
}

/** Whether a listener ends TLS itself, and so needs a certificate. */
export function endsTls({ listener: { protocol, tls } }: BoundListener): boolean {
  return (protocol === 'HTTPS' || protocol === 'TLS') && tls?.mode !== 'Passthrough'
}

const keys = ['tls.crt', 'tls.key'] as const

export function certificateState(
  bound: BoundListener,
  reference: CertificateReference,
  inventory: Inventory,
): CertificateState {
  const { from, to } = certificateEnds(bound, reference)
  if (to.group !== '' || to.kind !== 'Secret') return { is: 'other-kind' }
  const grant = grantFor(from, to, inventory)
  if (grant.is === 'not-granted') return { is: 'not-permitted' }
  const read = inventory.get('Secret', to.namespace, to.name)
  const [secret] = read.items
  if (secret === undefined && read.gaps.length === 0) {
    read.open?.noteOpen()
    return { is: 'missing' }
  }
  // The API server takes no Secret of type kubernetes.io/tls without both: there somebody left a key out on purpose.
  const isChecked = secret?.type === 'kubernetes.io/tls'
  const key = isChecked ? undefined : secret && keys.find((name) => !Object.hasOwn(secret.data, name))
  if (key !== undefined) return { is: 'incomplete', key }
  if (grant.is === 'unknown') return { is: 'unknown', gaps: grant.gaps }
  return { is: secret === undefined ? 'not-read' : 'usable' }
}

/** Whether none of the certificates of a listener can be used. */
export function lacksCertificate(bound: BoundListener, inventory: Inventory): boolean {
  if (!endsTls(bound)) return false
  const references = bound.listener.tls?.certificateRefs ?? []
  const broken: readonly CertificateState['is'][] = ['not-permitted', 'missing', 'incomplete']
  return (
    references.length > 0 &&
    references.every((reference) => broken.includes(certificateState(bound, reference, inventory).is))
  )
}
