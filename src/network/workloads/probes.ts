import type { Container, PodSpec, Probe } from '../../snapshot/kinds/pod-spec.ts'
import { runningContainers } from './workload.ts'

export type ProbeKind = 'readiness' | 'liveness' | 'startup'

/** The probe of that kind, when the container has one. */
export function probeOf(container: Container, kind: ProbeKind): Probe | undefined {
  switch (kind) {
    case 'readiness':
      return container.readinessProbe
    case 'liveness':
      return container.livenessProbe
    case 'startup':
      return container.startupProbe
  }
}

/** The port that a probe names, as written; absent for a command. */
export function probePort(probe: Probe): number | string | undefined {
  return (probe.httpGet ?? probe.tcpSocket ?? probe.grpc)?.port
}

/**
 * The number of the port that a probe asks: a name is looked up among the ports of the same container, else read as
 * a number. Source: kubelet, pkg/probe/util.go ResolveContainerPort.
 */
export function probePortNumber(container: Container, probe: Probe): number | undefined {
  const port = probePort(probe)
  if (typeof port === 'number' || port === undefined) return port
  const named = container.ports.find(({ name }) => name === port)
  if (named !== undefined) return named.containerPort
  return /^\d+$/.test(port) ? Number(port) : undefined
}

/** Whether a probe names a port that its container does not declare: then the kubelet can never ask it. */
export function hasUnknownPort(container: Container, probe: Probe): boolean {
  return probePort(probe) !== undefined && probePortNumber(container, probe) === undefined
}

/**
 * Whether the spec alone rules out that a pod becomes Ready: the kubelet throws away what a probe with an unknown
 * port answers, and a readiness or startup probe that never succeeded counts as failed. Source: kubelet, prober/worker.go.
 */
export function canNeverBeReady(spec: PodSpec): boolean {
  return runningContainers(spec).some((container) =>
    [container.readinessProbe, container.startupProbe].some(
      (probe) => probe !== undefined && hasUnknownPort(container, probe),
    ),
  )
}

/** How long a probe may fail before it counts, in ms: initial delay and threshold x period, with the API's defaults. */
export function probeBudgetMs(probe: Probe | undefined): number {
  if (probe === undefined) return 0
  const { initialDelaySeconds = 0, failureThreshold = 3, periodSeconds = 10 } = probe
  return (initialDelaySeconds + failureThreshold * periodSeconds) * 1000
}

/** How long a container may take from its start until it is ready, in ms: its startup probe, then its readiness probe. */
export function startBudgetMs(container: Container): number {
  return probeBudgetMs(container.startupProbe) + probeBudgetMs(container.readinessProbe)
}
