import { readdir } from 'node:fs/promises'
import { runPaths } from '../harness/paths.ts'
import { attempt } from '../harness/run.ts'
import type { TestCluster } from './cluster.ts'

const views: readonly (readonly string[])[] = [
  ['get', 'pods,services,endpointslices,networkpolicies', '-o', 'wide'],
  ['get', 'events', '--sort-by=.lastTimestamp'],
  ['logs', '--selector=app', '--all-containers', '--prefix', '--tail=20', '--ignore-errors'],
]

/** Prints what explains a failed test: the objects of its namespace, events, and logs of pods and of the cluster's daemons. */
export async function printLogs(cluster: TestCluster, namespace: string): Promise<void> {
  for (const view of views) {
    const { stdout, stderr } = await cluster.kubectl.attempt(['--namespace', namespace, ...view])
    console.error(`--- kubectl ${view.join(' ')}\n${stdout}${stderr}`)
  }
  if (!cluster.isOurs) return
  for (const file of await readdir(runPaths.logs)) {
    if (!/kubelet|kube-proxy|kube-router/.test(file)) continue
    const { stdout } = await attempt(['tail', '-n', '5', file], { cwd: runPaths.logs })
    console.error(`--- ${file}\n${stdout}`)
  }
}
