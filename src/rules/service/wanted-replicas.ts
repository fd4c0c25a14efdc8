import type { Workload } from '../../network/workloads/workload.ts'

/** How many pods a workload wants now; `undefined` when nothing says. */
export function wantedReplicas(workload: Workload): number | undefined {
  // A DaemonSet that no node suits is not scaled to zero: it cannot be scheduled.
  return workload.reference.kind === 'DaemonSet' ? undefined : workload.replicas
}
