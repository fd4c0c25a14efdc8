import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { ended, type Ran, run, start } from '../cli/run.ts'
import { makeCertificates } from './certificates.ts'
import { requireToken } from './handlers.ts'
import { base64, type KubeconfigContent, temporaryFolder, writeKubeconfig } from './kubeconfig-files.ts'
import { startProxy } from './proxy.ts'
import { healthy, namespace } from './recorded-cluster.ts'
import { type ApiServer, type Handler, status } from './server.ts'
import { startServer } from './session.ts'

// Each test starts the program several times, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const certificates = makeCertificates()
const authority = { 'certificate-authority-data': base64(certificates.ca) }

/** Serves the recorded incident. */
function serve(...before: readonly Handler[]): Promise<ApiServer> {
  return startServer(certificates, [...before, ...healthy().handlers])
}

/** The content of a kubeconfig with one context, `prod`, for this server. */
function content(url: string, cluster: object = {}, user: object = {}): KubeconfigContent {
  return {
    currentContext: 'prod',
    contexts: { prod: `east/jane/${namespace}` },
    clusters: { east: { server: url, ...authority, ...cluster } },
    users: { jane: user },
  }
}

/** A kubeconfig file of that content. */
function kubeconfig(url: string, cluster: object = {}, user: object = {}): string {
  return writeKubeconfig(join(temporaryFolder(), 'config'), content(url, cluster, user))
}

const scan = (
  KUBECONFIG: string,
  words: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Ran> => run(['scan', ...words], { env: { KUBECONFIG, ...env } })

/** One line that says what to check, and exit code 2. */
function expectOneLine({ stdout, stderr, code }: Ran, message: RegExp): void {
  expect(stderr).toMatch(/^netdoctor: [^\n]+\n$/)
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/s3cr3t|internal error|\bat .*:\d+/)
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
}

/** The incident was read and has errors. */
function expectAnswer({ stdout, stderr, code }: Ran): void {
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^✗ velocitytech-prod: 5 problems /)
  expect(code).toBe(1)
}

describe('kubeconfig files', () => {
  it('with a missing file among them are read, and the missing one is named where a name is not found', async () => {
    const { url } = await serve()
    const list = ['/nowhere/config', kubeconfig(url)].join(':')
    expectAnswer(await scan(list))
    expectOneLine(
      await scan(list, ['--context', 'staging']),
      /context "staging" does not exist \(contexts: prod; not found: \/nowhere\/config\)$/m,
    )
  })

  it('with the same names: the first file wins', async () => {
    const { url } = await serve()
    const other = kubeconfig('https://127.0.0.1:1')
    expectAnswer(await scan([kubeconfig(url), other].join(':')))
    expectOneLine(await scan([other, kubeconfig(url)].join(':')), /127\.0\.0\.1:1 .* refused the connection/)
  })

  it('with a relative certificate path: it is relative to its own file', async () => {
    const { url } = await serve()
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'certs'))
    const path = join(folder, 'config')
    const relative = { 'certificate-authority-data': undefined, 'certificate-authority': 'certs/ca.crt' }
    writeKubeconfig(path, content(url, relative))
    expectOneLine(await scan(path), /the certificate-authority \S*\/certs\/ca\.crt .* does not exist/)
    writeFileSync(join(folder, 'certs', 'ca.crt'), certificates.ca)
    expectAnswer(await scan(path))
  })

  it.each([
    ['empty', '', /config defines no context: check KUBECONFIG or --kubeconfig/],
    ['binary', '\u0000\u0001ELF\u0000', /config is not (valid YAML|a kubeconfig)/],
    ['a list', '- s3cr3t', /is not a kubeconfig/],
    ['broken YAML', 'users: [{token: s3cr3t', /is not valid YAML \(line 1\)/],
    [
      'without current-context',
      'contexts: [{name: prod}]',
      /no current-context: give --context \(contexts: prod\)/,
    ],
    [
      'a context without a cluster',
      'current-context: a\ncontexts: [{name: a, context: {user: u}}]\nusers: [{name: u}]',
      /context "a" names no cluster that has a server: check the kubeconfig, or give --server/,
    ],
  ])('that are %s', async (_what, text, message) => {
    const path = join(temporaryFolder(), 'config')
    writeFileSync(path, text)
    expectOneLine(await scan(path), message)
  })

  it('that are a folder, or not there', async () => {
    expectOneLine(await scan(temporaryFolder()), /cannot be read: it is a directory/)
    expectOneLine(
      await scan('/nowhere/a:/nowhere/b'),
      /looked for \/nowhere\/a, \/nowhere\/b.*set KUBECONFIG/,
    )
    expectOneLine(
      await run(['--kubeconfig', '/nowhere/a']),
      /\/nowhere\/a does not exist: check --kubeconfig/,
    )
  })

  it.each([
    [['--context', 'prd'], /context "prd" does not exist: did you mean "prod"\? \(contexts: prod\)/],
    [['--cluster', 'eest'], /cluster "eest" does not exist: did you mean "east"\?/],
    [['--user', 'jan'], /user "jan" does not exist: did you mean "jane"\?/],
    [['--as-group', 'devs'], /together with a user: add --as/],
    [['--as', 'joe', '--as-user-extra', 'reason'], /--as-user-extra "reason" is not NAME=VALUE/],
    [['--request-timeout', 'soon'], /--request-timeout "soon" is neither seconds nor a duration/],
    [['--client-certificate', '/nowhere/a.crt'], /has no key: set client-key/],
    [['-n', 'Prod!'], /"Prod!" is not a namespace name/],
    [
      ['--server', 'https://jane:s3cr3t@east'],
      /server address .* is not an http or https URL: check --server/,
    ],
  ])('are not what %j means', async (words, message) => {
    expectOneLine(await scan(kubeconfig('https://east.invalid'), words), message)
  })
})

describe('credentials', () => {
  it('from a tokenFile that is there, missing, or empty', async () => {
    const { url } = await serve(requireToken('s3cr3t'))
    const folder = temporaryFolder()
    const path = writeKubeconfig(join(folder, 'config'), content(url, {}, { tokenFile: 'token' }))
    expectOneLine(await scan(path), /the tokenFile \S*\/token of the kubeconfig does not exist/)
    writeFileSync(join(folder, 'token'), '\n')
    expectOneLine(await scan(path), /is empty: log in again/)
    writeFileSync(join(folder, 'token'), 's3cr3t\n')
    expectAnswer(await scan(path))
  })

  it.each([
    ['fails', 'process.exit(3)', /"[^"]*node" failed with exit code 3: run it by hand, or log in again/],
    ['prints nonsense', 'console.log("s3cr3t")', /answered something that is not JSON: run it by hand/],
    ['prints nothing', '', /not JSON/],
  ])('from a plugin that %s', async (_what, program, message) => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      interactiveMode: 'Never',
      command: process.execPath,
      args: ['-e', program],
    }
    expectOneLine(await scan(kubeconfig('https://127.0.0.1:1', {}, { exec })), message)
  })

  it('from a plugin that hangs: Ctrl-C ends both at once', async () => {
    const started = join(temporaryFolder(), 'pid')
    const program = `require('fs').writeFileSync(${JSON.stringify(started)}, String(process.pid)); setInterval(() => {}, 1000)`
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      interactiveMode: 'Never',
      command: process.execPath,
      args: ['-e', program],
    }
    const child = start(['scan'], { env: { KUBECONFIG: kubeconfig('https://127.0.0.1:1', {}, { exec }) } })
    const ran = ended(child)
    await expect.poll(() => readPid(started), { timeout: 10_000 }).toBeGreaterThan(0)
    child.kill('SIGINT')
    expect(await ran).toEqual({ stdout: '', stderr: '', code: 130 })
    // Whoever inherits the dead process may take a while to notice.
    await expect.poll(() => isAlive(readPid(started)), { timeout: 15_000, interval: 200 }).toBe(false)
  })

  it('that the server rejects', async () => {
    const { url } = await serve(requireToken('right'))
    expectOneLine(
      await scan(kubeconfig(url, {}, { token: 's3cr3t' })),
      /rejected the credentials \(401\): check or renew those of user "jane"/,
    )
  })
})

describe('the server', () => {
  it('may have a path prefix; a wrong one is told', async () => {
    const prefixed: Handler = (request) => {
      const path = request.path.replace(/^\/k8s\/clusters\/c1/, '')
      if (path === request.path) return { status: 404, text: '404 page not found\n' }
      return healthy()
        .handlers.map((handler) => handler({ ...request, path }))
        .find((reply) => reply !== undefined)
    }
    const { url } = await serve(prefixed)
    expectAnswer(await scan(kubeconfig(`${url}/k8s/clusters/c1/`)))
    expectOneLine(
      await scan(kubeconfig(`${url}/k8s/cluster/c1`)),
      /answers \/apis \(404\).*the port and the path/,
    )
  })

  it('that does not resolve', async () => {
    expectOneLine(
      await scan(kubeconfig('https://nowhere.invalid:6443')),
      /https:\/\/nowhere\.invalid:6443 \(context prod\) has a host name that does not resolve: check the name, your DNS/,
    )
  })

  it('with a certificate of another authority', async () => {
    const { url } = await serve()
    const other = { 'certificate-authority-data': base64(makeCertificates().ca) }
    expectOneLine(
      await scan(kubeconfig(url, other)),
      /certificate of another authority: check certificate-authority/,
    )
    expectAnswer(await scan(kubeconfig(url, other), ['--insecure-skip-tls-verify']))
    const unchecked = { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true }
    expectAnswer(await scan(kubeconfig(url, unchecked)))
  })

  const behind = (HTTPS_PROXY: string, NO_PROXY = ''): Promise<Ran> =>
    scan(kubeconfig('https://api.test:6443'), [], { HTTPS_PROXY, NO_PROXY })

  it('behind a proxy of HTTPS_PROXY that refuses, is not there, or is no proxy', async () => {
    const { address } = await startProxy({ refuses: 403 })
    expectOneLine(
      await behind(`http://jane:s3cr3t@${address}`),
      /^netdoctor: the proxy http:\/\/127\S+ \(HTTPS_PROXY\) refused the way to the API server \(403\): check what it permits, or NO_PROXY/,
    )
    expectOneLine(
      await behind('http://127.0.0.1:1'),
      /\(HTTPS_PROXY\) refused the connection: check that it runs/,
    )
    expectOneLine(await behind('ftp://jane:s3cr3t@p'), /HTTPS_PROXY is not an http, https or socks5 address/)
  })

  it('behind a proxy of HTTPS_PROXY that wants a password', async () => {
    const leadsTo = new URL((await serve()).url).host
    const { address, targets } = await startProxy({ login: 'jane:s3cr3t', leadsTo })
    expectOneLine(await behind(address), /wants a user name and password \(407\): check those in HTTPS_PROXY/)
    expectAnswer(await behind(`jane:s3cr3t@${address}`))
    expect(new Set(targets)).toEqual(new Set(['api.test:6443']))
    expectOneLine(await behind(address, 'test'), /api\.test:6443 .* does not resolve/)
  })
})

describe('reading a part', () => {
  const forbidden: Handler = ({ path }) =>
    path.endsWith('/endpointslices') ? status(403, 'Forbidden', 'no') : undefined

  it('exits 4 with --strict, and never says that all is well', async () => {
    const { url } = await serve(forbidden, ({ path }) =>
      path.endsWith('/pods') ? status(500, 'InternalError', 'no leader') : undefined,
    )
    const path = kubeconfig(url)
    const strict = await scan(path, ['--strict', '--fail-on', 'never'])
    expect(strict.code).toBe(4)
    expect(strict.stdout).toContain('list endpointslices.discovery.k8s.io')
    expect(strict.stdout).toContain('no leader')
    expect(strict.stdout).not.toMatch(/^✓/)
    expect((await scan(path, ['--fail-on', 'never'])).code).toBe(0)
  })

  it('ends at once with Ctrl-C, whatever is under way', async () => {
    const { url, requests } = await serve(({ path }) =>
      path.endsWith('/pods') ? { wire: 'hang' } : undefined,
    )
    const child = start(['scan'], { env: { KUBECONFIG: kubeconfig(url) } })
    const ran = ended(child)
    await expect
      .poll(() => requests.some(({ path }) => path.endsWith('/pods')), { timeout: 10_000 })
      .toBe(true)
    child.kill('SIGINT')
    expect(await ran).toEqual({ stdout: '', stderr: '', code: 130 })
  })

  it('warns once, and exits 2 with --warnings-as-errors', async () => {
    const warned = healthy().handlers.map(
      (handler): Handler =>
        (request) => {
          const reply = handler(request)
          return (
            reply && { ...reply, headers: { ...reply.headers, warning: '299 - "old \u009b31m admission"' } }
          )
        },
    )
    const { url } = await serve(...warned)
    const { stderr, code } = await scan(kubeconfig(url))
    expect({ stderr, code }).toEqual({ stderr: 'warning: old \\u{9b}31m admission\n', code: 1 })
    const strict = await scan(kubeconfig(url), ['--warnings-as-errors'])
    expect(strict.stderr).toMatch(/^warning: [^\n]*\nnetdoctor: the API server warned/)
    expect(strict.code).toBe(2)
  })
})

describe("kubectl's flags", () => {
  it('reach the server: whom to act as, and basic authentication', async () => {
    const { url, requests } = await serve()
    const as = ['--as', 'joe', '--as-group', 'a', '--as-group', 'b,c', '--as-uid', '7']
    const extra = ['--as-user-extra', 'team/x=1', '--as-user-extra', 'team/x=2']
    const login = ['--username', 'jane', '--password', 'pass']
    expectAnswer(await scan(kubeconfig(url), [...as, ...extra, ...login]))
    for (const { headers } of requests) {
      expect(headers).toMatchObject({
        'impersonate-user': 'joe',
        'impersonate-group': 'a, b,c',
        'impersonate-uid': '7',
        'impersonate-extra-team%2fx': '1, 2',
        authorization: `Basic ${base64('jane:pass')}`,
      })
    }
  })

  it('without a meaning here are accepted', async () => {
    const { url } = await serve()
    const words = ['--cache-dir', '/nowhere', '--match-server-version', '-v=6', '--kuberc', 'off']
    expectAnswer(await scan(kubeconfig(url), words))
  })
})

function readPid(path: string): number {
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
