import { readFile, stat } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { ClusterEntry, Environment, UserEntry } from './kubeconfig.ts'

/** Where the kubelet mounts the service account of a pod. */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** What a pod knows about its API server. */
export interface InCluster {
  readonly cluster: ClusterEntry
  readonly user: UserEntry
  readonly namespace: string | undefined
}

/**
 * The connection that a pod has by its service account (client-go, rest.InClusterConfig): the address from the
 * environment, the token from a file that is read again, because the kubelet rotates it.
 *
 * @param folder where the service account is mounted
 * @returns `undefined` when this is no pod, or one without a mounted token
 */
export async function inCluster(env: Environment, folder: string): Promise<InCluster | undefined> {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = env['KUBERNETES_SERVICE_PORT'] ?? ''
  const tokenFile = join(folder, 'token')
  const caFile = join(folder, 'ca.crt')
  if (host === '' || port === '' || !(await isFile(tokenFile))) return undefined
  const mounted = await readFile(join(folder, 'namespace'), 'utf8').catch(() => '')
  return {
    cluster: {
      server: `https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
      insecureSkipTlsVerify: false,
      disableCompression: false,
      caFile: (await isFile(caFile)) ? caFile : undefined,
    },
    user: { tokenFile },
    namespace: env['POD_NAMESPACE'] || mounted.trim() || undefined,
  }
}

/** Whether this is a pod, whatever is mounted in it. */
export function isInPod(env: Environment): boolean {
  return (env['KUBERNETES_SERVICE_HOST'] ?? '') !== ''
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => !found.isDirectory(),
    () => false,
  )
}
