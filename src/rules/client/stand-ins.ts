import type { Edit } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import { runningContainers, type Workload } from '../../network/workloads/workload.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import type { Caller } from './callers.ts'

const nameLabels = ['app', 'app.kubernetes.io/name', 'k8s-app', 'name'] as const

/** Workloads that a Service of this name would stand in front of: called like it, or labelled so. Callers are none. */
export function standIns(
  namespace: string,
  name: string,
  callers: readonly Caller[],
  network: Network,
): readonly Workload[] {
  const calling = new Set(callers.map(({ workload }) => workload.key))
  return network.workloads.in(namespace).items.filter((workload) => {
    const { kind } = workload.reference
    if (kind === 'Job' || kind === 'CronJob' || calling.has(workload.key)) return false
    return workload.reference.name === name || nameLabels.some((label) => workload.labels[label] === name)
  })
}

/**
 * The Service that is missing, for the one workload behind it and the one port that is dialled.
 *
 * @returns `undefined` when either is not certain
 */
export function serviceFor(
  reference: ObjectReference,
  backends: readonly Workload[],
  dialled: readonly number[],
): Edit | undefined {
  const [workload] = backends
  const ports = [...new Set(dialled)]
  const [port] = ports
  if (workload === undefined || backends.length > 1 || port === undefined || ports.length > 1)
    return undefined
  const selector = selectorOf(workload)
  const targetPort = targetPortOf(workload, port)
  if (selector === undefined || targetPort === undefined) return undefined
  const { apiVersion, kind, name, namespace } = reference
  return {
    kind: 'create',
    reference,
    object: {
      apiVersion,
      kind,
      metadata: { name, namespace },
      spec: { selector, ports: [{ port, targetPort }] },
    },
  }
}

/** What the workload itself selects its pods by: other labels may change with a release. */
function selectorOf({ object, labels }: Workload): Readonly<Record<string, string>> | undefined {
  if (object === undefined || !('selector' in object.spec)) return undefined
  const { selector } = object.spec
  if (selector === undefined || selector.matchExpressions.length > 0) return undefined
  const pairs = Object.entries(selector.matchLabels).filter(([key, value]) => labels[key] === value)
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs)
}

/** The port that is dialled where a container declares it, else the only one that is declared. */
function targetPortOf({ spec }: Workload, dialled: number): number | undefined {
  const declared = runningContainers(spec).flatMap(({ ports }) =>
    ports.map(({ containerPort }) => containerPort),
  )
  if (declared.includes(dialled)) return dialled
  return declared.length === 1 ? declared[0] : undefined
}
