import { describe, expect, it, onTestFinished } from 'vitest'
import type { Clock } from '../../src/cluster/clock.ts'
import { expectHonest } from '../diagnosis/honest.ts'
import { makeCertificates } from './certificates.ts'
import { testClock } from './clock.ts'
import { healthyLook, lookAt, summary } from './diagnosed.ts'
import { healthy, namespace } from './recorded-cluster.ts'
import { type ApiServer, type Handler, type Protocol, startApiServer } from './server.ts'
import { openSession } from './session.ts'

const certificates = makeCertificates()

/**
 * Reads the incident from a server that is killed at some request. `comesBack`: as soon as the reader waits for the
 * first time, a new one listens on the same port.
 */
async function readThroughKill(protocol: Protocol, at: number, comesBack: boolean) {
  const { handlers } = healthy()
  let seen = 0
  let killed: Promise<void> | undefined
  const kill: Handler = () => {
    if (++seen === at) killed = server.close()
    return seen >= at ? { wire: 'hang' } : undefined
  }
  const server: ApiServer = await startApiServer(certificates, [kill, ...handlers], protocol)
  onTestFinished(() => server.close())
  let next: Promise<ApiServer> | undefined
  const restart = async (): Promise<void> => {
    await killed
    const { port } = new URL(server.url)
    next ??= startApiServer(certificates, handlers, protocol, Number(port))
    const { close } = await next
    onTestFinished(close)
  }
  const time = testClock()
  const clock: Clock = { ...time, sleep: (ms, signal) => (comesBack ? restart() : time.sleep(ms, signal)) }
  const session = await openSession(server, certificates, { clock })
  const snapshot = await session.read({ namespaces: [namespace] }, () => undefined)
  return { ...lookAt({ server, clock: time, ended: { snapshot } }), sleeps: time.sleeps }
}

describe.each(['http/1.1', 'h2'] as const)(
  'an API server over %s that is killed in the middle',
  (protocol) => {
    it('and restarted gives the right answer', async () => {
      const after = await readThroughKill(protocol, 25, true)
      expect(after.network.inventory.snapshot.coverage.gaps).toEqual([])
      expect(summary(after.examination)).toEqual(summary((await healthyLook()).examination))
    })

    it('for good gives what was read until then, and gaps for the rest, soon', async () => {
      const [before, after] = [await healthyLook(), await readThroughKill(protocol, 25, false)]
      const { gaps, kinds } = after.network.inventory.snapshot.coverage
      expect(gaps.length).toBeGreaterThan(0)
      expect(gaps.map(({ kind }) => kind).filter((kind) => Object.hasOwn(kinds, kind))).toEqual([])
      expectHonest({
        before: before.examination,
        after: after.examination,
        whole: before.network,
        partial: after.network,
      })
      expect(after.sleeps.length).toBeLessThanOrEqual(50)
    })
  },
)
