import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveConnection } from '../../src/cluster/connection.ts'
import { loadKubeconfig } from '../../src/cluster/kubeconfig.ts'
import { parseRequestTimeout } from '../../src/cluster/request-timeout.ts'
import { temporaryFolder, writeKubeconfig } from './kubeconfig-files.ts'

const one = {
  currentContext: 'prod',
  contexts: { prod: 'east/jane/billing', bare: 'east' },
  clusters: { east: { server: 'https://east:6443', 'certificate-authority': 'ca.crt' } },
  users: { jane: { tokenFile: 'token' } },
}

/** A kubeconfig file with this content in a folder of its own. */
function file(content: Parameters<typeof writeKubeconfig>[1]): string {
  return writeKubeconfig(join(temporaryFolder(), 'config'), content)
}

describe('files', () => {
  it('merges a KUBECONFIG list: the first file wins a name whole, the first current-context wins', async () => {
    const first = file({ contexts: { prod: 'east/jane' }, clusters: { east: { server: 'https://first' } } })
    const second = file({ ...one, currentContext: 'prod', users: { jane: { token: 'secret' } } })
    const third = file({ currentContext: 'bare' })
    const list = [first, '', '/nowhere/at/all', second, first, third].join(':')
    const config = await loadKubeconfig(undefined, { KUBECONFIG: list })
    expect(config.currentContext).toBe('prod')
    expect(config.contexts.get('prod')).toEqual({ cluster: 'east', user: 'jane', namespace: undefined })
    expect(config.clusters.get('east')).toMatchObject({ server: 'https://first', caFile: undefined })
    expect(config.users.get('jane')).toMatchObject({ token: 'secret' })
    expect(config.missing).toEqual(['/nowhere/at/all'])
    expect(config.found).toEqual([first, second, third])
  })

  it('resolves relative paths against their own file', async () => {
    const folder = temporaryFolder()
    const path = writeKubeconfig(join(folder, 'config'), {
      ...one,
      users: {
        jane: { exec: { apiVersion: 'v1', command: './bin/login' } },
        joe: { exec: { command: 'login' } },
      },
    })
    const config = await loadKubeconfig(path, {})
    expect(config.clusters.get('east')?.caFile).toBe(join(folder, 'ca.crt'))
    expect(config.users.get('jane')?.exec?.command).toBe(join(folder, 'bin/login'))
    expect(config.users.get('joe')?.exec?.command).toBe('login')
  })

  it('reads ~/.kube/config when nothing else is named, and takes an empty file for an empty config', async () => {
    const home = temporaryFolder()
    mkdirSync(join(home, '.kube'))
    writeFileSync(join(home, '.kube', 'config'), '')
    const config = await loadKubeconfig(undefined, { HOME: home })
    expect(config.found).toEqual([join(home, '.kube', 'config')])
    expect(config.contexts.size).toBe(0)
  })

  it.each([
    [
      'not YAML, without quoting it',
      'token: [s3cr3t\nb: }',
      'KUBECONFIG_INVALID',
      /not valid YAML \(line \d+\)$/,
    ],
    ['no map', '- a\n- b\n', 'KUBECONFIG_INVALID', /is not a kubeconfig/],
    [
      'a name twice',
      'users: [{name: jane}, {name: jane}]',
      'KUBECONFIG_INVALID',
      /defines user "jane" twice/,
    ],
  ])('refuses a file with %s', async (_what, content, code, message) => {
    const path = join(temporaryFolder(), 'config')
    writeFileSync(path, content)
    const error = await loadKubeconfig(path, {}).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'KnownError', code, message: expect.stringMatching(message) })
    expect(String(error)).not.toContain('s3cr3t')
  })

  it('names an explicit file that is missing, and all files of a list that is missing whole', async () => {
    await expect(loadKubeconfig('/nowhere/config', {})).rejects.toMatchObject({
      code: 'KUBECONFIG_NOT_FOUND',
    })
    await expect(resolveConnection({}, { KUBECONFIG: '/nowhere/a:/nowhere/b' })).rejects.toMatchObject({
      code: 'NO_KUBECONFIG',
      message: expect.stringContaining('/nowhere/a, /nowhere/b'),
    })
  })
})

describe('flags', () => {
  it('takes context, cluster, user, namespace and server from flags before the file', async () => {
    const kubeconfig = file({
      ...one,
      clusters: {
        ...one.clusters,
        west: { server: 'https://west/k8s/clusters/c1/', 'tls-server-name': 'west.example' },
      },
      users: { ...one.users, joe: { token: 'x' } },
    })
    const resolve = (flags: object) => resolveConnection({ kubeconfig, ...flags }, {})
    expect(await resolve({})).toMatchObject({
      context: 'prod',
      namespace: 'billing',
      server: 'https://east:6443',
      timeoutMs: 60_000,
    })
    expect(await resolve({ context: 'bare' })).toMatchObject({
      context: 'bare',
      namespace: 'default',
      userName: undefined,
      user: {},
    })
    expect(await resolve({ cluster: 'west', user: 'joe', namespace: 'ns/shop' })).toMatchObject({
      server: 'https://west/k8s/clusters/c1',
      userName: 'joe',
      namespace: 'shop',
      cluster: { tlsServerName: 'west.example' },
    })
    expect(await resolve({ cluster: 'west', server: 'https://other' })).toMatchObject({
      cluster: { tlsServerName: undefined },
    })
    expect(await resolve({ insecureSkipTlsVerify: true })).toMatchObject({ cluster: { caFile: undefined } })
    expect(await resolve({ token: 'y' })).toMatchObject({ user: { token: 'y', tokenFile: undefined } })
  })

  it('connects to a server without any kubeconfig', async () => {
    const connection = await resolveConnection(
      { server: '10.0.0.1:6443', insecureSkipTlsVerify: true },
      { KUBECONFIG: '/nowhere' },
    )
    expect(connection).toMatchObject({
      server: 'https://10.0.0.1:6443',
      context: undefined,
      namespace: 'default',
    })
    const plain = await resolveConnection({ server: '10.0.0.1:8080' }, { KUBECONFIG: '/nowhere' })
    expect(plain.server).toBe('http://10.0.0.1:8080')
  })

  it.each([
    [{ context: 'staging' }, 'CONTEXT_NOT_FOUND', 'context "staging" does not exist (contexts: prod, bare)'],
    [{ cluster: 'west' }, 'CLUSTER_NOT_FOUND', 'cluster "west" does not exist (clusters: east)'],
    [{ user: 'joe' }, 'USER_NOT_FOUND', 'user "joe" does not exist (users: jane)'],
    [{ namespace: 'Bad Name' }, 'BAD_NAMESPACE', '"Bad Name" is not a namespace name'],
    [{ server: 'ftp://east' }, 'BAD_SERVER', 'not an http or https URL'],
    [{ requestTimeout: '5 minutes' }, 'BAD_TIMEOUT', 'is neither seconds nor a duration'],
    [{ clientCertificate: 'a.crt' }, 'KUBECONFIG_INVALID', 'has no key'],
  ])('refuses %o', async (flags, code, message) => {
    await expect(resolveConnection({ kubeconfig: file(one), ...flags }, {})).rejects.toMatchObject({
      name: 'KnownError',
      code,
      message: expect.stringContaining(message),
    })
  })

  it.each([
    [{ 'certificate-authority': 'a', 'certificate-authority-data': 'b' }, {}, 'certificate-authority-data'],
    [{ 'certificate-authority': 'a', 'insecure-skip-tls-verify': true }, {}, 'exclude each other'],
    [{}, { 'client-certificate': 'a', 'client-certificate-data': 'b' }, 'client-certificate-data'],
    [{}, { token: 'a', username: 'b' }, 'exclude each other'],
  ])('refuses contradictions: %o %o', async (cluster, user, message) => {
    const kubeconfig = file({
      ...one,
      clusters: { east: { server: 'https://east', ...cluster } },
      users: { jane: user },
    })
    await expect(resolveConnection({ kubeconfig }, {})).rejects.toMatchObject({
      code: 'KUBECONFIG_INVALID',
      message: expect.stringContaining(message),
    })
  })

  it('says which contexts there are when none is current', async () => {
    const kubeconfig = file({ ...one, currentContext: '' })
    await expect(resolveConnection({ kubeconfig }, {})).rejects.toMatchObject({
      code: 'NO_CONTEXT',
      message: expect.stringContaining('contexts: prod, bare'),
    })
  })

  it('reads timeouts as kubectl does', () => {
    expect(['0', '0s', '5', '1m30s', '500ms', '1.5h', undefined].map(parseRequestTimeout)).toEqual([
      undefined,
      undefined,
      5_000,
      90_000,
      500,
      5_400_000,
      60_000,
    ])
  })
})
