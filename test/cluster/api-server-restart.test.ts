import { connect, createServer, type Server } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseAnswered } from './kit/answer.ts'
import { foreignKubeconfig } from './kit/cluster.ts'
import { type Fault, withoutApiServer } from './kit/faults.ts'
import { isFullRun } from './kit/full.ts'
import { runNetdoctor } from './kit/netdoctor.ts'
import { client, server, service } from './kit/objects.ts'
import { openStage, type Stage } from './kit/stage.ts'

const wrong = 'service/selector-near-miss Service/broken'
/** What is left of it where the pods were read, and not the workloads that have nearly these labels. */
const wrongByPods = 'service/selector-matches-no-pod Service/broken'

/** A way to the API server that counts what comes back, and tells once when it was enough. */
interface Relay {
  readonly flags: readonly string[]
  readonly bytes: number
  tellAt(bytes: number, then: () => void): void
}

async function openRelay(stage: Stage): Promise<Relay> {
  const template = 'jsonpath={.clusters[0].cluster.server}'
  const url = new URL(await stage.cluster.kubectl.run(['config', 'view', '--minify', '-o', template]))
  let bytes = 0
  let limit = Number.POSITIVE_INFINITY
  let enough: () => void = () => undefined
  const relay: Server = createServer((near) => {
    const far = connect(Number(url.port), url.hostname)
    near.pipe(far)
    far.on('data', (chunk) => {
      bytes += chunk.length
      near.write(chunk)
      if (bytes < limit) return
      limit = Number.POSITIVE_INFINITY
      enough()
    })
    far.on('end', () => near.end())
    far.on('error', () => near.destroy())
    near.on('error', () => far.destroy()).on('close', () => far.destroy())
  })
  await new Promise<void>((listening) => relay.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    relay.close()
  })
  const address = relay.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    // The certificate is that of the cluster's own address.
    flags: ['--server', `https://127.0.0.1:${port}`, '--tls-server-name', url.hostname],
    get bytes() {
      return bytes
    },
    tellAt: (more, then) => {
      limit = bytes + more
      enough = then
    },
  }
}

describe.skipIf(foreignKubeconfig !== undefined || !isFullRun)(
  'a scan while the API server is killed',
  () => {
    test('and restarted is right, or honestly unknown', { timeout: 400_000 }, async () => {
      const stage = await openStage('restart')
      await stage.apply(
        server({ name: 'healthy' }),
        service('healthy', { app: 'healthy' }),
        server({ name: 'backend' }),
        service('broken', { app: 'backnd' }),
        client('caller', { HEALTHY_URL: 'http://healthy/', BROKEN_URL: 'http://broken/' }),
      )
      await stage.ready('deployment/healthy', 'deployment/backend', 'deployment/caller')
      const relay = await openRelay(stage)
      const scan = () =>
        runNetdoctor(stage.cluster.kubectl, ['--namespace', stage.namespace, ...relay.flags, '-o', 'json'])
      const before = await scan()
      expect(errorsOf(before.stdout)).toEqual([wrong])
      const whole = relay.bytes

      for (const part of [0.1, 0.4, 0.8]) {
        let killed: Promise<Fault> | undefined
        relay.tellAt(whole * part, () => {
          killed = withoutApiServer(stage.cluster)
          killed.catch(() => undefined)
        })
        const during = await scan()
        expect(killed, 'it was killed in the middle').toBeDefined()
        await (await killed)?.[Symbol.asyncDispose]()
        if (during.exitCode === 2) expect(during.stderr).toMatch(/^netdoctor: .*(API server|read)/m)
        else expectHonest(during.stdout)
      }
      expect(errorsOf((await scan()).stdout)).toEqual([wrong])
    })
  },
)

function errorsOf(json: string): readonly string[] {
  return parseAnswered(json)
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ rule, subject }) => `${rule} ${subject}`)
}

/** The one error, or as much of it as could be read, or none; never another. What was not read is said. */
function expectHonest(json: string): void {
  const errors = errorsOf(json)
  expect([[], [wrong], [wrongByPods]]).toContainEqual(errors)
  if (errors.includes(wrongByPods)) expect(json).toContain('not known; not read: ')
  if (errors.length === 0) expect(parseAnswered(json).outcome).toBe('unknown')
}
