import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ConnectionOptions, resolveConnection } from '../../src/cluster/connection.ts'
import { impersonationHeaders } from '../../src/cluster/impersonation.ts'
import { temporaryFolder, writeKubeconfig } from './kubeconfig-files.ts'

/** The headers that a user entry and flags lead to. */
async function headers(user: object, flags: ConnectionOptions = {}) {
  const kubeconfig = writeKubeconfig(join(temporaryFolder(), 'config'), {
    currentContext: 'test',
    contexts: { test: 'here/jane' },
    clusters: { here: { server: 'https://here' } },
    users: { jane: user },
  })
  return impersonationHeaders((await resolveConnection({ kubeconfig, ...flags }, {})).impersonation)
}

const file = { as: 'joe', 'as-groups': ['a', 'b'], 'as-uid': '7', 'as-user-extra': { 'Team/X': ['1', '2'] } }

describe('whom to act as', () => {
  it('comes from the kubeconfig', async () => {
    expect(await headers(file)).toEqual({
      'impersonate-user': 'joe',
      'impersonate-group': ['a', 'b'],
      'impersonate-uid': '7',
      'impersonate-extra-Team%2FX': ['1', '2'],
    })
    expect(await headers({})).toEqual({})
  })

  it('comes from flags, each over its own part of the kubeconfig', async () => {
    expect(await headers(file, { as: 'ann', asUserExtra: ['Team/X=3', 'why=a=b', 'why=c'] })).toEqual({
      'impersonate-user': 'ann',
      'impersonate-group': ['a', 'b'],
      'impersonate-uid': '7',
      'impersonate-extra-Team%2FX': ['3'],
      'impersonate-extra-why': ['a=b', 'c'],
    })
    expect(await headers(file, { asGroup: ['c'], asUid: '8' })).toMatchObject({
      'impersonate-group': ['c'],
      'impersonate-uid': '8',
    })
  })

  it.each([
    [{ 'as-groups': ['a'] }, {}],
    [{ 'as-uid': '7' }, {}],
    [{}, { asUserExtra: ['a=b'] }],
  ])('is never a group, a uid or an extra without a user: %o %o', async (user, flags) => {
    await expect(headers(user, flags)).rejects.toMatchObject({ code: 'IMPERSONATION' })
  })
})
