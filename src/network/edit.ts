import type { ObjectReference } from '../snapshot/snapshot.ts'

/** One operation of a JSON patch (RFC 6902); `path` is a JSON pointer into the object. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path: string
  readonly value?: unknown
}

/** A change of one object, exactly as it would be sent to the API server. */
export type Edit =
  | { readonly kind: 'create'; readonly reference: ObjectReference; readonly object: unknown }
  | {
      readonly kind: 'patch'
      readonly reference: ObjectReference
      readonly operations: readonly PatchOperation[]
    }
  | { readonly kind: 'delete'; readonly reference: ObjectReference }

/** Builds a JSON pointer (RFC 6901) from its steps: keys are escaped, list indexes are numbers. */
export function pointer(...steps: readonly (string | number)[]): string {
  return steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
