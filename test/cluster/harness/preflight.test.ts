import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attempt, type Finished } from './run.ts'

const up = join(import.meta.dirname, '..', 'up.ts')
const setprivWith = (...options: readonly string[]) => ['setpriv', '--clear-groups', ...options, '--']

/** A cache folder of its own: there no cluster is up. */
let cache: string
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'netdoctor-preflight-'))
})
afterAll(() => rm(cache, { recursive: true }))

/** Runs cluster:up by another program, such as setpriv or env. */
function upThrough(argv: readonly string[], args: readonly string[] = []): Promise<Finished> {
  return attempt([...argv, process.execPath, up, ...args], { env: { NETDOCTOR_CLUSTER_CACHE: cache } })
}

describe('a machine that cannot host the cluster', () => {
  test('without root it says so and what to do instead', async () => {
    // The project may lie where nobody else may look: the right to read is kept.
    const reads = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override']
    const asNobody = setprivWith('--reuid=65534', '--regid=65534', ...reads)
    const { exitCode, stderr } = await upThrough(asNobody)
    expect(stderr).toContain('needs root')
    expect(stderr).toContain('NETDOCTOR_TEST_KUBECONFIG')
    expect(exitCode).toBe(1)
  })

  test.for([
    ['sys_admin', 'network, mount, UTS and PID namespaces'],
    ['net_admin', 'nftables'],
  ] as const)('what a kernel or a sandbox withholds is named: %s', async ([capability, feature]) => {
    const without = setprivWith(`--bounding-set=-${capability}`, `--inh-caps=-${capability}`)
    const { exitCode, stderr } = await upThrough(without)
    expect(stderr).toContain(`the kernel feature ${feature}`)
    expect(exitCode).toBe(1)
  })

  test('a missing program is named with its Debian package', async () => {
    const bin = join(process.execPath, '..')
    const { exitCode, stderr } = await upThrough(['/usr/bin/env', `PATH=${bin}:/bin`])
    expect(stderr).toContain('apt-get install')
    expect(exitCode).toBe(1)
  })

  test('an unknown option is refused with the usage', async () => {
    const { exitCode, stderr } = await upThrough(['env'], ['--with', 'istio'])
    expect(stderr).toContain('usage: cluster:up')
    expect(exitCode).toBe(1)
  })
})
