import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attempt } from './run.ts'

const up = join(import.meta.dirname, '..', 'up.ts')

/** A cache folder of its own: there no cluster is up. */
const elsewhere = { NETDOCTOR_CLUSTER_CACHE: join(import.meta.dirname, 'no-such-cache') }

describe('a machine that cannot host the cluster', () => {
  test('without root it says so and what to do instead', async () => {
    const asNobody = [
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      '--',
      process.execPath,
      '--eval',
    ]
    const program = `process.getuid() === 65534 && console.log('nobody')`
    const canBecomeNobody = (await attempt([...asNobody, program])).stdout.includes('nobody')
    if (!canBecomeNobody) return
    const preflight = join(import.meta.dirname, 'preflight.ts')
    const check = `import('${preflight}').then(({ checkMachine }) => checkMachine()).catch((e) => console.log(e.message))`
    const { stdout } = await attempt([...asNobody, check])
    expect(stdout).toContain('needs root')
    expect(stdout).toContain('NETDOCTOR_TEST_KUBECONFIG')
  })

  test('a missing program is named with its Debian package', async () => {
    const bin = join(process.execPath, '..')
    const { exitCode, stderr } = await attempt(['/usr/bin/env', `PATH=${bin}:/bin`, process.execPath, up], {
      env: elsewhere,
    })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('apt-get install')
  })

  test('an unknown option is refused with the usage', async () => {
    const { exitCode, stderr } = await attempt([process.execPath, up, '--with', 'istio'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('usage: cluster:up')
  })
})
