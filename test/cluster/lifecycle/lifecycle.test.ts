import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { foreignKubeconfig } from '../kit/cluster.ts'
import { down, signalBoot, status, up } from './commands.ts'
import { type Host, lookAtHost } from './host.ts'

/** The boot is cut in three, and each part is killed at a moment that differs from run to run. */
const parts = [0, 1, 2]

describe.skipIf(foreignKubeconfig !== undefined)('the life of a cluster', { timeout: 400_000 }, () => {
  let before: Host
  let bootMs: number
  beforeAll(async () => {
    await down()
    before = await lookAtHost()
  })
  afterAll(() => down())

  const randomMoment = (part: number) => ((part + Math.random()) / parts.length) * bootMs * 0.9

  async function killBoot(part: number): Promise<void> {
    const killed = await signalBoot('SIGKILL', randomMoment(part))
    console.log(`killed after ${Math.round(killed.afterMs)} ms of a boot that takes ${Math.round(bootMs)} ms`)
    expect(killed.signal, 'the kill hit a boot under way').toBe('SIGKILL')
  }

  test('it boots in less than 90 s, and a second time at once', async () => {
    const seconds = await up()
    bootMs = seconds * 1000
    console.log(`booted in ${seconds.toFixed(1)} s`)
    expect(seconds).toBeLessThan(90)
    const again = await lookAtHost()
    await up()
    expect((await lookAtHost()).namespaces, 'nothing was started anew').toEqual(again.namespaces)
    expect((await status()).exitCode).toBe(0)
  })

  test('while it is up, every look at the host sees it', async () => {
    const during = await lookAtHost()
    for (const daemon of ['etcd', 'kube-apiserver', 'kubelet', 'kube-proxy', 'kube-router', 'coredns'])
      expect(during.processes.join('\n')).toContain(daemon)
    expect(during.namespaces.length).toBeGreaterThan(before.namespaces.length + 10)
    expect(during.network).toContain('netdoctor-test')
    expect(during.cgroups.length).toBeGreaterThan(before.cgroups.length)
  })

  test('ends without a trace, twice', async () => {
    await down()
    expect(await lookAtHost()).toEqual(before)
    await up()
    await down()
    expect(await lookAtHost()).toEqual(before)
    await down()
    expect((await status()).stdout).toContain('is down')
  })

  test.for(parts)('ends without a trace after a boot was killed in part %i', async (part) => {
    await killBoot(part)
    await down()
    expect(await lookAtHost()).toEqual(before)
  })

  test('boots after boots that were killed at three moments', async () => {
    for (const part of parts) await killBoot(part)
    await up()
    expect((await status()).exitCode).toBe(0)
    await down()
    expect(await lookAtHost()).toEqual(before)
  })

  test('a boot that is interrupted clears up after itself', async () => {
    expect(await signalBoot('SIGTERM', randomMoment(1))).toMatchObject({ exitCode: 1, signal: null })
    expect(await lookAtHost()).toEqual(before)
  })
})
