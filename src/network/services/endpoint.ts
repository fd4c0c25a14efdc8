import type { SliceEndpoint } from '../../snapshot/kinds/endpoint-slice.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'

/** One backend of one Service port: an address in a slice, with nil conditions already defaulted. */
export interface Endpoint {
  readonly service: Service
  /** The Service port that it implements; absent for a headless Service without ports. */
  readonly port?: ServicePort | undefined
  /** '' for a pod that does not exist yet and has no address. */
  readonly address: string
  /** The port on the pod. Absent when a named port has no number for this pod. */
  readonly targetPort?: number | undefined
  /** Absent for addresses that are no pod, and for pods that are gone. */
  readonly pod?: Pod | undefined
  readonly podName?: string | undefined
  readonly nodeName?: string | undefined
  readonly zone?: string | undefined
  readonly hints?: SliceEndpoint['hints']
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
  /** The slice that lists it; absent when computed from pods. */
  readonly slice?: string | undefined
}

/** Name of an endpoint for people and keys: its pod, else its address. */
export function endpointName(endpoint: Endpoint): string {
  return endpoint.podName ?? endpoint.address
}
