import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openCluster } from '../../src/cluster/cluster.ts'
import { type Certificates, makeCertificates } from './certificates.ts'
import { discovery, lists, onList, requireClient, requireToken } from './handlers.ts'
import { base64, temporaryFolder } from './kubeconfig-files.ts'
import type { Handler } from './server.ts'
import { openSession, type SessionOptions, startServer } from './session.ts'

let certificates: Certificates
beforeAll(() => {
  certificates = makeCertificates()
})

const usual: readonly Handler[] = [
  discovery(),
  lists([{ kind: 'Service', metadata: { name: 'api', namespace: 'billing' } }]),
]

/** Reads everything from a server with these handlers; gives the number of objects. */
async function read(handlers: readonly Handler[], options: SessionOptions = {}): Promise<number> {
  const session = await openSession(await startServer(certificates, handlers), certificates, options)
  return (await session.read({ namespaces: 'all' }, () => {})).objects.length
}

describe('credentials', () => {
  it.each(['token', 'tokenFile', 'the --token flag, which beats an exec plugin'])(
    'come from %s',
    async (what) => {
      const file = join(temporaryFolder(), 'token')
      writeFileSync(file, '  s3cr3t\n')
      const users = {
        token: { user: { token: 's3cr3t' } },
        tokenFile: { user: { token: 'stale', tokenFile: file } },
        flag: { user: { exec: { command: '/nowhere/plugin' } }, flags: { token: 's3cr3t' } },
      }
      const options = what === 'token' || what === 'tokenFile' ? users[what] : users.flag
      expect(await read([requireToken('s3cr3t'), ...usual], options)).toBe(1)
    },
  )

  it('come from a client certificate, and from a user name with a password', async () => {
    const { cert, key } = certificates.client
    const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }
    expect(await read([requireClient('jane'), ...usual], { user })).toBe(1)
    const basic: Handler = ({ headers }) =>
      headers.authorization === `Basic ${base64('jane:pass')}` ? undefined : { status: 401, text: 'no' }
    expect(await read([basic, ...usual], { user: { username: 'jane', password: 'pass' } })).toBe(1)
  })

  it('come from an oidc auth-provider by client-node', async () => {
    const claims = { exp: Math.floor(Date.now() / 1_000) + 3_600 }
    const token = ['{}', JSON.stringify(claims), 'signature']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.')
    const user = { 'auth-provider': { name: 'oidc', config: { 'id-token': token } } }
    expect(await read([requireToken(token), ...usual], { user })).toBe(1)
    const old = { 'auth-provider': { name: 'gcp', config: {} } }
    await expect(read(usual, { user: old })).rejects.toMatchObject({ code: 'AUTH_PROVIDER' })
  })

  it('that are refused end the reading with whose they are', async () => {
    await expect(read([requireToken('other'), ...usual], { user: { token: 'mine' } })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringMatching(/127\.0\.0\.1:\d+ \(context test\) rejected .* "jane"$/),
    })
  })

  it.each([
    [
      { tokenFile: '/nowhere/token' },
      'CREDENTIAL_FILE',
      'the tokenFile /nowhere/token of the kubeconfig does not exist',
    ],
    [
      { 'client-certificate-data': base64('x'), 'client-key-data': base64('y') },
      'BAD_CERTIFICATE',
      'user "jane"',
    ],
  ])('that cannot be used are named: %o', async (user, code, message) => {
    await expect(read(usual, { user })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })
})

describe('the server', () => {
  it('may have a path prefix, and another name in its certificate only if told', async () => {
    const proxied: Handler = (request) => {
      const path = request.path.replace('/k8s/clusters/c1', '')
      return path === request.path
        ? { status: 404, text: '' }
        : usual.map((handler) => handler({ ...request, path })).find(Boolean)
    }
    expect(await read([proxied], { prefix: '/k8s/clusters/c1/' })).toBe(1)
    await expect(read(usual, { flags: { tlsServerName: 'elsewhere' } })).rejects.toMatchObject({
      code: 'TLS_NAME',
    })
  })

  it('must be signed by the authority of the kubeconfig, unless told not to look', async () => {
    const cluster = { 'certificate-authority-data': base64(makeCertificates().ca) }
    await expect(read(usual, { cluster })).rejects.toMatchObject({
      code: 'TLS_UNTRUSTED',
      message: expect.stringMatching(/\(context test\).*certificate-authority/),
    })
    await expect(read(usual, { cluster: {} })).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' })
    expect(await read(usual, { cluster, flags: { insecureSkipTlsVerify: true } })).toBe(1)
    await expect(
      read(usual, { cluster: { 'certificate-authority-data': base64('x') } }),
    ).rejects.toMatchObject({
      code: 'BAD_CERTIFICATE',
    })
  })

  it('that does not run, does not resolve, or speaks no TLS is told apart', async () => {
    const server = await startServer(certificates, [])
    await server.close()
    const session = (url: string) => openSession({ url }, certificates)
    const reading = async (url: string) => (await session(url)).read({ namespaces: 'all' }, () => {})
    await expect(reading(server.url)).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
    await expect(reading('https://nowhere.invalid:6443')).rejects.toMatchObject({ code: 'HOST_NOT_FOUND' })
    await expect(reading(await startPlainServer())).rejects.toMatchObject({ code: 'TLS_NOT_SPOKEN' })
  })

  it('that is no API server is not taken for an empty cluster', async () => {
    await expect(read([])).rejects.toMatchObject({ code: 'NOT_KUBERNETES' })
    await expect(read([() => ({ text: '<html>log in</html>' })])).rejects.toMatchObject({
      code: 'NOT_KUBERNETES',
    })
    await expect(read([() => ({ status: 302, headers: { location: '/login' } })])).rejects.toMatchObject({
      code: 'NOT_KUBERNETES',
    })
  })

  it('gets no credentials over plain http', async () => {
    const seen: unknown[] = []
    const url = (await startPlainServer((headers) => seen.push(headers.authorization))).replace(
      'https',
      'http',
    )
    const session = await openSession({ url }, certificates, { user: { token: 's3cr3t' } })
    await expect(session.read({ namespaces: 'all' }, () => {})).rejects.toMatchObject({
      code: 'NOT_KUBERNETES',
    })
    expect(new Set(seen)).toEqual(new Set([undefined]))
  })

  it('may compress its answers', async () => {
    const zipped = onList('Service', (request) => ({
      bytes: gzipSync(JSON.stringify(usual[1]?.(request)?.json)),
      headers: { 'content-encoding': 'gzip' },
    }))
    expect(await read([zipped, ...usual])).toBe(1)
  })
})

describe('time', () => {
  it('of one request is limited; what was too slow is a gap, everything too slow an error', async () => {
    const flags = { requestTimeout: '1500ms' }
    const server = await startServer(certificates, [onList('Pod', () => ({ wire: 'hang' })), ...usual])
    const session = await openSession(server, certificates, { flags })
    const { coverage } = await session.read({ namespaces: 'all' }, () => {})
    expect(coverage.gaps).toMatchObject([
      { kind: 'Pod', why: 'failed', detail: expect.stringContaining('within 1.5 s') },
    ])
    expect(coverage.kinds.Service).toBeDefined()
    await expect(read([() => ({ wire: 'hang' })], { flags })).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
    })
  })

  it('ends at once with the signal', async () => {
    const interrupt = new AbortController()
    const hanging = onList('Pod', () => {
      interrupt.abort(new Error('interrupted'))
      return { wire: 'hang' }
    })
    await expect(read([hanging, ...usual], { signal: interrupt.signal })).rejects.toThrow('interrupted')
  })
})

it('sends at most six requests at once, and says who asks', async () => {
  const agents = new Set<string | undefined>()
  const server = await startServer(certificates, [
    ({ headers }) => {
      agents.add(headers['user-agent'])
      return undefined
    },
    ...usual,
  ])
  const session = await openSession(server, certificates)
  await session.read({ namespaces: 'all' }, () => {})
  expect([...agents]).toEqual([expect.stringMatching(/^kubectl-netdoctor\/\d+\.\d+\.\d+ \(\w+\/\w+\)$/)])
  expect(server.connectionCount()).toBeLessThanOrEqual(6)
})

it('opens nothing without a kubeconfig', async () => {
  const surroundings = { env: { KUBECONFIG: '/nowhere' }, isInteractive: false }
  await expect(openCluster({}, new AbortController().signal, surroundings)).rejects.toMatchObject({
    code: 'NO_KUBECONFIG',
  })
})

/** A server that speaks plain http; its address is given as https, which is the mistake. */
async function startPlainServer(
  see: (headers: { authorization?: string | undefined }) => void = () => {},
): Promise<string> {
  const server = createServer((request, response) => {
    see(request.headers)
    response.writeHead(400).end('no')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  return `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}
