import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCluster } from '../../src/cluster/cluster.ts'
import { type ConnectionOptions, resolveConnection } from '../../src/cluster/connection.ts'
import { requireToken } from './handlers.ts'
import { temporaryFolder, writeKubeconfig } from './kubeconfig-files.ts'
import { startServer } from './session.ts'
import { certificates, usual } from './small-cluster.ts'

/** What the kubelet mounts into a pod. */
function account(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const whole = { token: 's3cr3t\n', 'ca.crt': certificates.ca, namespace: 'billing' }
const pod = { KUBECONFIG: '/nowhere', KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }

const resolve = (options: ConnectionOptions, env: Readonly<Record<string, string>>, folder: string) =>
  resolveConnection(options, { ...pod, ...env }, folder)

describe('in a pod without a kubeconfig', () => {
  it('the service account of the pod reads its own namespace', async () => {
    const server = await startServer(certificates, [requireToken('s3cr3t'), ...usual])
    const { hostname, port } = new URL(server.url)
    const session = await openCluster({}, new AbortController().signal, {
      env: { KUBECONFIG: '/nowhere', KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
      isInteractive: false,
      accountFolder: account(whole),
    })
    try {
      expect(session).toMatchObject({ namespace: 'billing', context: undefined, server: server.url })
      const { objects } = await session.read({ namespaces: ['billing'] }, () => undefined)
      expect(objects.length).toBeGreaterThan(1_000)
    } finally {
      await session.close()
    }
  })

  it('flags and POD_NAMESPACE go before what is mounted', async () => {
    const folder = account(whole)
    expect(await resolve({}, {}, folder)).toMatchObject({
      server: 'https://10.96.0.1:443'.replace(':443', ''),
      namespace: 'billing',
      user: { tokenFile: join(folder, 'token') },
      cluster: { caFile: join(folder, 'ca.crt') },
    })
    expect(await resolve({}, { POD_NAMESPACE: 'shop' }, folder)).toMatchObject({ namespace: 'shop' })
    expect(await resolve({ namespace: 'x', token: 'y' }, {}, folder)).toMatchObject({
      namespace: 'x',
      user: { token: 'y', tokenFile: undefined },
    })
    const v6 = await resolve(
      {},
      { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' },
      folder,
    )
    expect(v6.server).toBe('https://[fd00::1]:6443')
  })

  it('a kubeconfig, or a flag that names a server, goes before the service account', async () => {
    const kubeconfig = writeKubeconfig(join(temporaryFolder(), 'config'), {
      currentContext: 'prod',
      contexts: { prod: 'east' },
      clusters: { east: { server: 'https://east' } },
    })
    const folder = account(whole)
    expect(await resolve({}, { KUBECONFIG: kubeconfig }, folder)).toMatchObject({ server: 'https://east' })
    const { server, user } = await resolve({ server: 'https://west' }, {}, folder)
    expect({ server, user }).toEqual({ server: 'https://west', user: {} })
  })

  it('a pod without a mounted token is told so', async () => {
    await expect(resolve({}, {}, account({ namespace: 'billing' }))).rejects.toMatchObject({
      code: 'NO_SERVICE_ACCOUNT',
      message: expect.stringContaining('automountServiceAccountToken'),
    })
  })
})
