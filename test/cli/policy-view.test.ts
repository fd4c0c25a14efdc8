import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { discovery, lists, namespaces, version, viewIn } from '../apiserver/handlers.ts'
import { base64, temporaryFolder, writeKubeconfig } from '../apiserver/kubeconfig-files.ts'
import { startServer } from '../apiserver/session.ts'
import { certificates } from '../apiserver/small-cluster.ts'
import { policy, shop } from './policy-world.ts'
import { run } from './run.ts'

type Objects = Parameters<typeof lists>[0]

/** Asks as somebody who has the role view in namespace shop and no other right. */
async function asViewer(policies: readonly unknown[], ...words: readonly string[]) {
  const objects = JSON.parse(JSON.stringify([...shop, ...policies])) as Objects
  const server = await startServer(certificates, [
    viewIn('shop'),
    discovery(),
    version('v1.36.3'),
    lists(objects),
    namespaces(['shop', 'ops']),
  ])
  const kubeconfig = writeKubeconfig(join(temporaryFolder(), 'config'), {
    currentContext: 'test',
    contexts: { test: 'here/jane/shop' },
    clusters: { here: { server: server.url, 'certificate-authority-data': base64(certificates.ca) } },
    users: { jane: {} },
  })
  return run(['policy', ...words], { env: { KUBECONFIG: kubeconfig } })
}

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

const toApi = (from: readonly unknown[]) =>
  policy('shop', 'to-api', { podSelector: { matchLabels: { app: 'api' } }, ingress: [{ from }] })

describe('policy as view in one namespace', () => {
  it('a verdict inside it stands, and what was taken for absent is said with the permission', async () => {
    const { stdout, stderr, code } = await asViewer(
      [toApi([{ podSelector: { matchLabels: { app: 'web' } } }])],
      ...['--from', 'pod/web', '--to', 'svc/api'],
    )
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toContain('ALLOWED  pod/web -> svc/api:80\n')
    expect(flat(stdout).match(/assuming no cluster-wide policies \(no right to list /g)).toHaveLength(1)
  })

  it('an address that nobody has in what was read may be a pod of another namespace: unknown, with the permission', async () => {
    const { stdout, code } = await asViewer([], '--from', 'pod/web', '--to', '10.244.0.9:8080')
    expect(stdout).toMatch(/^UNKNOWN {2}pod\/web -> 10\.244\.0\.9:8080\n/)
    expect(flat(stdout)).toContain('nobody that was read has 10.244.0.9, and not all pods were read')
    expect(flat(stdout)).toMatch(/\? no right to list pods/)
    expect(code).toBe(4)
  })

  it('one that no pod has is outside; one that a pod here has is that pod', async () => {
    const outside = await asViewer([], '--from', 'pod/web', '--to', '8.8.8.8:443')
    expect([outside.stdout.split(' ')[0], outside.code]).toEqual(['ALLOWED', 0])
    const here = await asViewer([toApi([])], '--from', 'pod/web', '--to', '10.244.0.6:8080')
    expect([here.stdout.split('\n')[0], here.code]).toEqual(['ALLOWED  pod/web -> pod/api-1:8080', 0])
  })

  it('who may reach an address of nobody is not said', async () => {
    const { stderr, code } = await asViewer([], '--to', '10.244.0.9:8080')
    expect(stderr).toContain('nobody that was read has this address, and not all pods were read')
    expect(code).toBe(2)
  })

  it('an overview says what it could not read, once', async () => {
    const { stdout, code } = await asViewer([
      toApi([{ namespaceSelector: { matchLabels: { team: 'ops' } } }]),
    ])
    expect(code).toBe(0)
    expect(flat(stdout)).toContain(
      'any port from any pod of namespaces with team=ops (which these are is not known)',
    )
    expect(flat(stdout)).toContain('names resolved over UDP and TCP (if DNS is the usual kube-dns)')
    expect(stdout).not.toContain('nobody')
    expect(stdout.match(/assuming no cluster-wide policies/g)).toHaveLength(1)
  })

  it('a place that may not be read is not said to be missing', async () => {
    const { stdout, stderr, code } = await asViewer([], '--from', 'pod/web', '--to', 'ops/pod/scraper:80')
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toContain('pods in namespace "ops" could not be read (list pods')
  })
})
