import { managedByLabel } from '../../network/services/observed.ts'
import { controllerOf } from '../../network/workloads/owners.ts'
import type { EndpointSlice } from '../../snapshot/kinds/endpoint-slice.ts'

/** Whether a slice is the mirror of a hand-written Endpoints object: then that object is the one to edit. */
export function isMirrored(slice: EndpointSlice): boolean {
  return slice.metadata.labels[managedByLabel] === 'endpointslicemirroring-controller.k8s.io'
}

/** Whether people wrote a slice, by themselves or through Endpoints: no controller will correct it. */
export function isHandWritten(slice: EndpointSlice): boolean {
  if (isMirrored(slice)) return true
  const manager = slice.metadata.labels[managedByLabel]
  if (manager?.endsWith('.k8s.io') === true) return false
  return controllerOf(slice) === undefined
}
