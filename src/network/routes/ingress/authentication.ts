import type { Ingress } from '../../../snapshot/kinds/ingress.ts'
import type { Gap } from '../../../snapshot/snapshot.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { nginxAnnotation } from './annotations.ts'

/** The Secret of an annotation `auth-secret` or `auth-tls-secret`. */
export interface NamedSecret {
  readonly annotation: 'auth-secret' | 'auth-tls-secret'
  readonly namespace: string
  readonly name: string
  /** The key that must be in it; absent where each key is a user. */
  readonly key?: string | undefined
}

export type Authentication =
  | { readonly is: 'none' }
  /** Whoever has no credentials gets 401. */
  | { readonly is: 'required' }
  | {
      readonly is: 'broken'
      readonly annotation: NamedSecret['annotation'] | 'auth-type' | 'auth-secret-type'
      readonly why: 'no-secret-named' | 'missing' | 'key-missing' | 'other-namespace' | 'invalid'
      readonly secret?: NamedSecret | undefined
      /** Set when it rests on absence in an open world. */
      readonly isOpen: boolean
    }
  | { readonly is: 'unknown'; readonly secret: NamedSecret; readonly gaps: readonly Gap[] }

/**
 * Basic and digest authentication by ingress-nginx's annotations, which its own source and Traefik's provider read alike:
 * a Secret that cannot be used closes the path for everybody.
 *
 * @param allowsOthers whether the controller lets an Ingress name Secrets of other namespaces
 */
export function basicAuthentication(
  ingress: Ingress,
  inventory: Inventory,
  allowsOthers: boolean,
): Authentication {
  const type = nginxAnnotation(ingress, 'auth-type')
  if (type === undefined) return { is: 'none' }
  const broken = (
    why: Extract<Authentication, { is: 'broken' }>['why'],
    annotation: Extract<Authentication, { is: 'broken' }>['annotation'] = 'auth-secret',
    secret?: NamedSecret,
    isOpen = false,
  ): Authentication => ({ is: 'broken', annotation, why, secret, isOpen })
  if (type !== 'basic' && type !== 'digest') return broken('invalid', 'auth-type')
  const written = nginxAnnotation(ingress, 'auth-secret')
  if (written === undefined || written === '') return broken('no-secret-named')
  const sort = nginxAnnotation(ingress, 'auth-secret-type') ?? 'auth-file'
  if (sort !== 'auth-file' && sort !== 'auth-map') return broken('invalid', 'auth-secret-type')
  const own = ingress.metadata.namespace ?? ''
  const parts = written.split('/')
  const [namespace = '', name = ''] = parts.length === 2 ? parts : [own, written]
  if (parts.length > 2 || name === '') return broken('invalid')
  const secret: NamedSecret = {
    annotation: 'auth-secret',
    namespace,
    name,
    key: sort === 'auth-file' ? 'auth' : undefined,
  }
  if (namespace !== own && !allowsOthers) return broken('other-namespace', 'auth-secret', secret)
  const state = secretState(secret, inventory)
  if (state.is === 'found') return { is: 'required' }
  if (state.is === 'unknown') return { is: 'unknown', secret, gaps: state.gaps }
  return broken(state.is, 'auth-secret', secret, state.isOpen)
}

type SecretState =
  | { readonly is: 'found' }
  | { readonly is: 'missing' | 'key-missing'; readonly isOpen: boolean }
  | { readonly is: 'unknown'; readonly gaps: readonly Gap[] }

/** Whether a Secret is there and has the key that is asked for. */
function secretState({ namespace, name, key }: NamedSecret, inventory: Inventory): SecretState {
  const read = inventory.get('Secret', namespace, name)
  const [found] = read.items
  if (found === undefined)
    return read.gaps.length > 0
      ? { is: 'unknown', gaps: read.gaps }
      : { is: 'missing', isOpen: read.open !== undefined }
  const has = key === undefined ? Object.keys(found.data).length > 0 : Object.hasOwn(found.data, key)
  return has ? { is: 'found' } : { is: 'key-missing', isOpen: false }
}
