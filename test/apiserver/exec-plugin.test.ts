import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { resolveConnection } from '../../src/cluster/connection.ts'
import { runExecPlugin } from '../../src/cluster/exec-plugin.ts'
import { type Certificates, makeCertificates } from './certificates.ts'
import { discovery, lists, requireClient, requireToken } from './handlers.ts'
import { temporaryFolder, writeKubeconfig } from './kubeconfig-files.ts'
import { openSession, startServer } from './session.ts'

let certificates: Certificates
beforeAll(() => {
  certificates = makeCertificates()
})

const apiVersion = 'client.authentication.k8s.io/v1'

/** The exec entry of a user whose plugin runs this program. */
function plugin(program: string, more: object = {}): object {
  return { apiVersion, interactiveMode: 'Never', command: process.execPath, args: ['-e', program], ...more }
}

/** A program that answers this credential. */
function answering(status: object, more: object = {}): string {
  return `console.log(${JSON.stringify(JSON.stringify({ apiVersion, kind: 'ExecCredential', status, ...more }))})`
}

const usual = [discovery(), lists([])]

it('runs once for a whole reading, and its token opens the server', async () => {
  const log = join(temporaryFolder(), 'runs')
  const program = `require('fs').appendFileSync(${JSON.stringify(log)}, 'run\\n'); ${answering({ token: 's3cr3t' })}`
  const server = await startServer(certificates, [requireToken('s3cr3t'), ...usual])
  const session = await openSession(server, certificates, { user: { exec: plugin(program) } })
  await session.read({ namespaces: ['billing'] }, () => {})
  await session.read({ namespaces: 'all' }, () => {})
  expect(server.requests.length).toBeGreaterThan(30)
  expect(readFileSync(log, 'utf8')).toBe('run\n')
})

it('may give a client certificate instead of a token', async () => {
  const { cert, key } = certificates.client
  const program = answering({ clientCertificateData: cert, clientKeyData: key })
  const server = await startServer(certificates, [requireClient('jane'), ...usual])
  const session = await openSession(server, certificates, { user: { exec: plugin(program) } })
  await expect(session.read({ namespaces: 'all' }, () => {})).resolves.toBeDefined()
})

/** Runs a plugin as the user of a cluster with these settings. */
async function run(
  exec: object,
  options: { isInteractive?: boolean; limitMs?: number; cluster?: object } = {},
) {
  const kubeconfig = writeKubeconfig(join(temporaryFolder(), 'config'), {
    currentContext: 'test',
    contexts: { test: 'here/jane' },
    clusters: { here: { server: 'https://here:6443', ...options.cluster } },
    users: { jane: { exec } },
  })
  const connection = await resolveConnection({ kubeconfig }, {})
  if (connection.user.exec === undefined) throw new Error('the test needs an exec entry')
  return runExecPlugin(connection.user.exec, connection, {
    env: process.env,
    isInteractive: options.isInteractive ?? false,
    signal: new AbortController().signal,
    ...(options.limitMs !== undefined && { limitMs: options.limitMs }),
  })
}

describe('a plugin', () => {
  it('gets its arguments, its variables and KUBERNETES_EXEC_INFO, with the cluster if it asks', async () => {
    const program = `console.log(JSON.stringify({apiVersion: '${apiVersion}', kind: 'ExecCredential', status: {
      token: process.env.REGION + process.argv[1] + process.env.KUBERNETES_EXEC_INFO}}))`
    const extension = { name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }
    const exec = plugin(program, {
      args: ['-e', program, '; rm -rf $HOME'],
      env: [{ name: 'REGION', value: 'eu' }],
      provideClusterInfo: true,
    })
    const { token = '' } = await run(exec, { cluster: { extensions: [extension] } })
    expect(token.startsWith('eu; rm -rf $HOME{')).toBe(true)
    expect(JSON.parse(token.slice(token.indexOf('{')))).toEqual({
      apiVersion,
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: 'https://here:6443', config: { audience: 'x' } } },
    })
  })

  it.each([
    [
      'is missing, with its install hint',
      { command: 'no-such-plugin', installHint: 'run\n  brew install it' },
      /is not installed: run brew install it$/,
    ],
    ['fails', plugin('process.exit(3)'), /failed with exit code 3/],
    ['prints nonsense, which is not repeated', plugin('console.log("s3cr3t")'), /not JSON/],
    [
      'answers another version',
      plugin(answering({ token: 'a' }, { apiVersion: 'v0' })),
      /did not answer an ExecCredential/,
    ],
    ['answers nothing', plugin(answering({})), /neither a token nor a client certificate/],
    [
      'answers without end',
      plugin('for (;;) require("fs").writeSync(1, "x".repeat(65536))'),
      /more than 1 MiB/,
    ],
    ['has no interactiveMode', { ...plugin(''), interactiveMode: undefined }, /no interactiveMode/],
    ['needs a person', { ...plugin(''), interactiveMode: 'Always' }, /not a terminal/],
    [
      'has an old apiVersion',
      { ...plugin(''), apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      /apiVersion of/,
    ],
  ])('that %s is one clear line', async (_what, exec, message) => {
    const error = await run({ apiVersion, interactiveMode: 'Never', ...exec }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({
      name: 'KnownError',
      code: 'EXEC_PLUGIN',
      message: expect.stringMatching(message),
    })
    expect(String(error)).not.toContain('s3cr3t')
  })

  it('that hangs is ended, even when a grandchild holds its output open', async () => {
    const marker = join(temporaryFolder(), 'late')
    const late = `setTimeout(() => require('fs').writeFileSync(${JSON.stringify(marker)}, ''), 1500)`
    const program = `require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 2000)'], {stdio: 'inherit'}); ${late}`
    await expect(run(plugin(program), { limitMs: 500 })).rejects.toThrow('did not answer within 0.5 s')
    expect(existsSync(marker)).toBe(false)
  })
})
