import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Authenticator, createAuthenticator } from '../../src/cluster/authenticator.ts'
import { resolveConnection } from '../../src/cluster/connection.ts'
import { type TestClock, testClock } from './clock.ts'
import { temporaryFolder, writeKubeconfig } from './kubeconfig-files.ts'

const signal = new AbortController().signal

async function authenticate(user: object, clock: TestClock = testClock()): Promise<Authenticator> {
  const kubeconfig = writeKubeconfig(join(temporaryFolder(), 'config'), {
    currentContext: 'test',
    contexts: { test: 'here/jane' },
    clusters: { here: { server: 'https://here' } },
    users: { jane: user },
  })
  const connection = await resolveConnection({ kubeconfig }, {})
  return createAuthenticator(connection, { env: process.env, isInteractive: false, signal }, clock)
}

/** A plugin whose n-th token is `token-n`, valid until some time, and how often it ran. */
function plugin(expirationTimestamp?: string): { readonly user: object; readonly runs: () => number } {
  const log = join(temporaryFolder(), 'runs')
  appendFileSync(log, '')
  const apiVersion = 'client.authentication.k8s.io/v1'
  const program = `
    const fs = require('fs'); fs.appendFileSync(${JSON.stringify(log)}, 'x')
    const token = 'token-' + fs.readFileSync(${JSON.stringify(log)}, 'utf8').length
    const status = { token, expirationTimestamp: ${JSON.stringify(expirationTimestamp)} }
    console.log(JSON.stringify({ apiVersion: '${apiVersion}', kind: 'ExecCredential', status }))`
  const exec = { apiVersion, interactiveMode: 'Never', command: process.execPath, args: ['-e', program] }
  return { user: { exec }, runs: () => readFileSync(log, 'utf8').length }
}

const token = async (authenticator: Authenticator) => (await authenticator.current()).authorization

describe('credentials of a plugin', () => {
  it('are kept until they expire; then one run serves all who wait', async () => {
    const clock = testClock()
    const { user, runs } = plugin('2026-01-01T00:10:00Z')
    const authenticator = await authenticate(user, clock)
    expect(await token(authenticator)).toBe('Bearer token-1')
    await clock.sleep(599_000, signal)
    expect(await token(authenticator)).toBe('Bearer token-1')
    await clock.sleep(1_000, signal)
    const many = await Promise.all([token(authenticator), token(authenticator), token(authenticator)])
    expect(new Set(many)).toEqual(new Set(['Bearer token-2']))
    expect(runs()).toBe(2)
  })

  it('that are born expired are used until the server refuses them', async () => {
    const { user, runs } = plugin('2020-01-01T00:00:00Z')
    const authenticator = await authenticate(user)
    expect([await token(authenticator), await token(authenticator)]).toEqual([
      'Bearer token-1',
      'Bearer token-1',
    ])
    expect(runs()).toBe(1)
  })

  it('that are refused are renewed once, for all who met the refusal', async () => {
    const { user, runs } = plugin()
    const authenticator = await authenticate(user)
    const refused = await authenticator.current()
    const renewed = await Promise.all([authenticator.renewed(refused), authenticator.renewed(refused)])
    expect(renewed.map((credentials) => credentials?.authorization)).toEqual([
      'Bearer token-2',
      'Bearer token-2',
    ])
    const second = await authenticator.current()
    expect(await authenticator.renewed(refused)).toBe(second)
    expect(await authenticator.renewed(second)).toBeUndefined()
    expect(runs()).toBe(2)
  })

  it('that were accepted may be renewed again later', async () => {
    const { user } = plugin()
    const authenticator = await authenticate(user)
    const second = await authenticator.renewed(await authenticator.current())
    expect(second?.authorization).toBe('Bearer token-2')
    if (second !== undefined) authenticator.accepted(second)
    const third = await authenticator.renewed(await authenticator.current())
    expect(third?.authorization).toBe('Bearer token-3')
  })
})

describe('a tokenFile', () => {
  it('is read again after a minute, and after a refusal if it has changed', async () => {
    const clock = testClock()
    const tokenFile = join(temporaryFolder(), 'token')
    writeFileSync(tokenFile, 'a')
    const authenticator = await authenticate({ tokenFile }, clock)
    const first = await authenticator.current()
    expect(await authenticator.renewed(first)).toBeUndefined()
    writeFileSync(tokenFile, 'b')
    await clock.sleep(60_000, signal)
    const second = await authenticator.current()
    expect(second.authorization).toBe('Bearer b')
    authenticator.accepted(second)
    writeFileSync(tokenFile, 'c')
    expect((await authenticator.renewed(second))?.authorization).toBe('Bearer c')
  })
})

it('a token that was written down is final', async () => {
  const authenticator = await authenticate({ token: 'x' })
  expect(await authenticator.renewed(await authenticator.current())).toBeUndefined()
})
