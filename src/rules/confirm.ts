import type { Endpoint } from '../network/services/endpoint.ts'
import type { Connection } from '../network/traffic/connection.ts'
import type { Workload } from '../network/workloads/workload.ts'
import type { Service } from '../snapshot/kinds/service.ts'
import { say, type Text } from './text.ts'

/**
 * A command that shows whether a pod answers on a port, and creates nothing: the API server connects for us. "connection
 * refused" means that nothing listens there; any HTTP status means that something does. Nothing for UDP or SCTP.
 */
export function askPod(namespace: string, pod: string, port: number | undefined): Text | undefined {
  return port === undefined
    ? undefined
    : say`"connection refused" proves it: kubectl get --raw /api/v1/namespaces/${namespace}/pods/${pod}:${port}/proxy/`
}

/** The same for the pod behind an endpoint. */
export function askEndpoint({ service, port, podName, targetPort, address }: Endpoint): Text | undefined {
  // A pod without an address is one that a workload would make: its name is not known.
  if (podName === undefined || address === '' || (port?.protocol ?? 'TCP') !== 'TCP') return undefined
  return askPod(service.metadata.namespace ?? '', podName, targetPort)
}

/** A command that shows how the load of a Service is spread over its pods. */
export function compareLoad(service: Service): Text | undefined {
  const pairs = Object.entries(service.spec.selector ?? {}).map(([key, value]) => `${key}=${value}`)
  if (pairs.length === 0) return undefined
  return say`kubectl -n ${service.metadata.namespace ?? ''} top pods -l ${pairs.join(',')}`
}

/** A command that looks the dialled name up where the client runs, with the client's own resolver. */
export function lookUp(workload: Workload, connection: Connection): Text {
  return insideOf(workload, connection, say`getent hosts ${connection.host}`, say`look the name up`)
}

/** A command that connects to what is dialled from where the client runs. */
export function connect(workload: Workload, connection: Connection): Text {
  const { host, port } = connection
  const command = port === undefined ? undefined : say`nc -zv -w 3 ${host} ${port}`
  return insideOf(workload, connection, command, say`connect to ${host}`)
}

/** What kubectl can pick a pod of by itself. */
const execKinds: readonly string[] = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'Pod']

/** A command in the container that dials, or what to do there by hand where kubectl would find no such container. */
function insideOf(
  { reference, namespace, replicas, spec }: Workload,
  { dials }: Connection,
  command: Text | undefined,
  otherwise: Text,
): Text {
  const names = dials.flatMap(({ source }) => source.container ?? [])
  const container = spec.containers.find(({ name }) => names.length === 0 || names.includes(name))
  const isRunning = execKinds.includes(reference.kind) && replicas !== 0
  if (command === undefined || !isRunning || container === undefined)
    return say`${otherwise} from a pod of ${reference}`
  return say`kubectl -n ${namespace} exec ${reference.kind.toLowerCase()}/${reference.name} -c ${container.name} -- ${command}`
}
