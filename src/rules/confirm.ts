import type { Endpoint } from '../network/services/endpoint.ts'
import type { Service } from '../snapshot/kinds/service.ts'
import { say, type Text } from './text.ts'

/**
 * A command that shows whether a pod answers on a port, and creates nothing: the API server connects for us. "connection
 * refused" means that nothing listens there; any HTTP status means that something does. Nothing for UDP or SCTP.
 */
export function askPod(namespace: string, pod: string, port: number | undefined): Text | undefined {
  return port === undefined
    ? undefined
    : say`kubectl get --raw /api/v1/namespaces/${namespace}/pods/${pod}:${port}/proxy/`
}

/** The same for the pod behind an endpoint. */
export function askEndpoint({ service, port, podName, targetPort }: Endpoint): Text | undefined {
  if (podName === undefined || (port?.protocol ?? 'TCP') !== 'TCP') return undefined
  return askPod(service.metadata.namespace ?? '', podName, targetPort)
}

/** A command that shows how the load of a Service is spread over its pods. */
export function compareLoad(service: Service): Text | undefined {
  const pairs = Object.entries(service.spec.selector ?? {}).map(([key, value]) => `${key}=${value}`)
  if (pairs.length === 0) return undefined
  return say`kubectl -n ${service.metadata.namespace ?? ''} top pods -l ${pairs.join(',')}`
}
