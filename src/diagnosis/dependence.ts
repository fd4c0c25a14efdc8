import { eventsAbout } from '../network/inventory/events.ts'
import type { Network } from '../network/network.ts'
import type { Connection } from '../network/traffic/connection.ts'
import { isDeleting, isFinished, isReady } from '../network/workloads/pods.ts'
import { isSidecar, type Workload } from '../network/workloads/workload.ts'
import type { ContainerStatus, Pod } from '../snapshot/kinds/pod.ts'

/**
 * How objects show that a pod is not ready for want of what it dials. init: an init container that asks for it runs on and
 * on; readiness: the readiness probe asks for it, or its failure names it; end: a container ended and its last words name
 * it, or a container that dials it ends again and again.
 */
export type Dependence = 'init' | 'readiness' | 'end' | 'crash'

/** What of a workload's pods depends on a connection, by what the objects say; nothing where they do not say it. */
export function dependenceOn(
  connection: Connection,
  workload: Workload,
  network: Network,
): ReadonlySet<Dependence> {
  const found = new Set<Dependence>()
  for (const pod of workload.pods) {
    if (isReady(pod) || isFinished(pod) || isDeleting(pod)) continue
    if (waitsInInit(connection, pod, workload)) found.add('init')
    if (asksInProbe(connection, pod) || isNamedByProbe(connection, pod, network)) found.add('readiness')
    if (isNamedByEnd(connection, pod)) found.add('end')
    if (crashesDialling(connection, pod)) found.add('crash')
  }
  return found
}

function waitsInInit({ dials }: Connection, { status }: Pod, { spec }: Workload): boolean {
  if (status.phase !== 'Pending') return false
  return status.initContainerStatuses.some(({ name, state, restartCount, lastState }) => {
    const container = spec.initContainers.find((item) => item.name === name)
    if (container === undefined || isSidecar(container)) return false
    const isRunning = state.running !== undefined
    const hasFailed =
      restartCount > 0 && (lastState.terminated?.exitCode ?? 0) !== 0 && state.terminated === undefined
    return (isRunning || hasFailed) && dials.some(({ source }) => source.container === name)
  })
}

/** The readiness probe is a command that asks for it, and the container runs and is not ready. */
function asksInProbe({ dials }: Connection, { status }: Pod): boolean {
  return dials.some(({ source }) => {
    if (source.kind !== 'probe' || !source.field.includes('.readinessProbe.')) return false
    const own = status.containerStatuses.find(({ name }) => name === source.container)
    return own?.state.running !== undefined && own.ready === false
  })
}

function isNamedByProbe(connection: Connection, pod: Pod, { inventory }: Network): boolean {
  return eventsAbout(pod, inventory).items.some(
    ({ reason, message = '' }) =>
      reason === 'Unhealthy' && message.startsWith('Readiness probe') && names(message, connection),
  )
}

function isNamedByEnd(connection: Connection, { status }: Pod): boolean {
  return allStatuses(status).some(({ state, lastState, ready }) =>
    ready === true
      ? false
      : [state.terminated?.message, lastState.terminated?.message].some(
          (message) => message !== undefined && names(message, connection),
        ),
  )
}

/** Ends by a signal are the kernel's or the kubelet's doing. */
const leastSignal = 126

function crashesDialling({ dials }: Connection, { status }: Pod): boolean {
  return allStatuses(status).some(({ name, state, lastState, ready, restartCount }) => {
    const { exitCode = 0, reason = 'Error' } = lastState.terminated ?? state.terminated ?? {}
    const isOwnEnd = exitCode > 0 && exitCode < leastSignal && reason === 'Error'
    return (
      ready !== true && restartCount > 0 && isOwnEnd && dials.some(({ source }) => source.container === name)
    )
  })
}

function allStatuses(status: Pod['status']): readonly ContainerStatus[] {
  return [...status.initContainerStatuses, ...status.containerStatuses]
}

/** Whether a message names an address: as host and port, or a host that could be nothing else. */
function names(message: string, { host, port, address }: Connection): boolean {
  const text = message.toLowerCase()
  const isTelling = address !== undefined || /[.-]/.test(host)
  for (let at = text.indexOf(host); at !== -1; at = text.indexOf(host, at + 1)) {
    const before = text[at - 1] ?? ' '
    const rest = text.slice(at + host.length, at + host.length + 6)
    if (/[\w.-]/.test(before) || /^[\w-]/.test(rest)) continue
    const written = /^\]?:([0-9]{1,5})/.exec(rest)?.[1]
    if (written !== undefined) {
      if (port === undefined || written === String(port)) return true
    } else if (isTelling || text.slice(0, at).endsWith('lookup ')) return true
  }
  return false
}
