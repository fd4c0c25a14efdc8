import { homedir } from 'node:os'
import { join } from 'node:path'

/** The folder of this harness in the repository. Nothing is written into it. */
export const sourceDir = join(import.meta.dirname, '..')

/** Where everything that the harness makes is kept: `NETDOCTOR_CLUSTER_CACHE`, or a folder in the user's cache. */
export const cacheDir =
  process.env['NETDOCTOR_CLUSTER_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'netdoctor-test-cluster')

/** Everything of one boot: certificates, pid records, node folders, logs. Removed by `cluster:down`. */
export const runDir = join(cacheDir, 'run')

/** Paths inside the running cluster's folder. */
export const runPaths = {
  pids: join(runDir, 'pids'),
  logs: join(runDir, 'log'),
  pki: join(runDir, 'pki'),
  nodes: join(runDir, 'nodes'),
  etcd: join(runDir, 'etcd'),
  options: join(runDir, 'options.json'),
  sysctls: join(runDir, 'sysctls.json'),
  adminKubeconfig: join(runDir, 'admin.kubeconfig'),
  kubeconfig: (user: string): string => join(runDir, `${user}.kubeconfig`),
  log: (name: string): string => join(runDir, 'log', `${name}.log`),
}
