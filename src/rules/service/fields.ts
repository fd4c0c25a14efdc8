import type { Workload } from '../../network/workloads/workload.ts'

/** The field of one key of a map, as kubectl's jsonpath writes it: `spec.selector.app`, `spec.selector["a/b"]`. */
export function keyField(map: string, key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? `${map}.${key}` : `${map}[${JSON.stringify(key)}]`
}

/** The field that holds the labels of a workload's pods. */
export function labelsField(workload: Workload): string {
  return workload.specPath === 'spec'
    ? 'metadata.labels'
    : workload.specPath.replace(/spec$/, 'metadata.labels')
}
