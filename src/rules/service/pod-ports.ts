import { runningContainers } from '../../network/workloads/workload.ts'
import type { Container, ContainerPort, PodSpec, Probe } from '../../snapshot/kinds/pod-spec.ts'

/** Every port that the running containers of a pod declare. */
export function declaredPorts(spec: PodSpec): readonly ContainerPort[] {
  return runningContainers(spec).flatMap((container) => container.ports)
}

export function declaresPort(spec: PodSpec, port: number, protocol: string): boolean {
  return declaredPorts(spec).some(
    (item) => item.containerPort === port && (item.protocol ?? 'TCP') === protocol,
  )
}

/** Whether a probe of the pod meets a port: the kubelet then finds out whether anything listens there. */
export function probesPort(spec: PodSpec, port: number): boolean {
  return runningContainers(spec).some((container) => probedPorts(container).includes(port))
}

/** The port numbers that a container's probes connect to; named ones are looked up in the container, as the kubelet does. */
function probedPorts(container: Container): readonly number[] {
  const { readinessProbe, livenessProbe, startupProbe } = container
  return [readinessProbe, livenessProbe, startupProbe].flatMap((probe) => {
    const port = probe === undefined ? undefined : portOf(probe)
    if (typeof port !== 'string') return port ?? []
    return container.ports.find(({ name }) => name === port)?.containerPort ?? []
  })
}

function portOf({ httpGet, tcpSocket, grpc }: Probe): number | string | undefined {
  return httpGet?.port ?? tcpSocket?.port ?? grpc?.port
}

/** Whether a container's command, arguments or environment hold a number as a word of its own: a hint that it listens there. */
export function mentionsPort(spec: PodSpec, port: number): boolean {
  const word = new RegExp(`(?<![\\d.])${port}(?![\\d.])`)
  return runningContainers(spec).some((container) => {
    const texts = [
      ...(container.command ?? []),
      ...(container.args ?? []),
      ...container.env.flatMap(({ value }) => value ?? []),
    ]
    return texts.some((text) => word.test(text))
  })
}
