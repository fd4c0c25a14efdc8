import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { requireToken } from '../handlers.ts'
import { temporaryFolder } from '../kubeconfig-files.ts'
import { type Handler, status } from '../server.ts'
import { type Fault, right } from './fault.ts'

const unauthorized = status(401, 'Unauthorized', 'Unauthorized')

/** A user whose plugin answers `token-1`, `token-2`, and so on. */
function countingPlugin(): { readonly user: object } {
  const log = join(temporaryFolder(), 'runs')
  writeFileSync(log, '')
  const apiVersion = 'client.authentication.k8s.io/v1'
  const program = `
    const fs = require('fs'); fs.appendFileSync(${JSON.stringify(log)}, 'x')
    const token = 'token-' + fs.readFileSync(${JSON.stringify(log)}, 'utf8').length
    console.log(JSON.stringify({ apiVersion: '${apiVersion}', kind: 'ExecCredential', status: { token } }))`
  const exec = { apiVersion, interactiveMode: 'Never', command: process.execPath, args: ['-e', program] }
  return { user: { exec } }
}

/** Takes one token up to some request, and then only another. */
function rotate(before: string, after: string, from: number, onRotate: () => void): Handler {
  let seen = 0
  return ({ headers }) => {
    if (++seen === from) onRotate()
    const wanted = seen < from ? before : after
    return headers.authorization === `Bearer ${wanted}` ? undefined : unauthorized
  }
}

export const credentialFaults: readonly Fault[] = [
  {
    name: '401, then 200 after a refresh by the plugin',
    arrange: () => ({
      handlers: [requireToken('token-2')],
      session: { user: countingPlugin().user },
    }),
    end: right,
    also: ({ server }) => {
      const refused = server.requests.filter(({ headers }) => headers.authorization === 'Bearer token-1')
      expect(refused.length).toBeLessThanOrEqual(6)
    },
  },
  {
    name: '401 in the middle, when the tokenFile has been rotated',
    arrange: () => {
      const file = join(temporaryFolder(), 'token')
      writeFileSync(file, 'old')
      const handler = rotate('old', 'new', 20, () => writeFileSync(file, 'new'))
      return { handlers: [handler], session: { user: { tokenFile: file } } }
    },
    end: right,
  },
  {
    name: '401 in the middle, when the token has expired and there is no other',
    arrange: () => ({
      handlers: [rotate('old', 'new', 20, () => undefined)],
      session: { user: { token: 'old' } },
    }),
    end: { is: 'error', code: 'UNAUTHORIZED', message: /rejected the credentials \(401\).*user "jane"$/ },
  },
  {
    name: '401 whatever the plugin gives',
    arrange: () => ({ handlers: [() => unauthorized], session: { user: countingPlugin().user } }),
    end: { is: 'error', code: 'UNAUTHORIZED', message: /renew those of user "jane"$/ },
    also: ({ server }) => {
      const tokens = new Set(server.requests.map(({ headers }) => headers.authorization))
      expect([...tokens]).toEqual(['Bearer token-1', 'Bearer token-2'])
    },
  },
]
