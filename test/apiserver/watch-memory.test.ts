import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, onTestFinished } from 'vitest'
import type { WatchStep } from '../../src/cluster/watch/watch.ts'
import { Network } from '../../src/network/network.ts'
import type { ApiObject } from './collections.ts'
import { discovery, version } from './handlers.ts'
import { openSession, startServer } from './session.ts'
import { certificates } from './small-cluster.ts'
import { Store } from './store.ts'

/** A full garbage collection. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
}

const service = (port: number): ApiObject => ({
  kind: 'Service',
  metadata: { name: 'api', namespace: 'billing' },
  spec: { ports: [{ port }] },
})

const configMap = (number: number): ApiObject => ({
  kind: 'ConfigMap',
  metadata: { name: `config-${number}`, namespace: 'billing' },
  data: { text: `text ${number}` },
})

async function watching(store: Store): Promise<AsyncGenerator<WatchStep, never>> {
  const server = await startServer(certificates, [discovery(), version('v1.36.3'), store.handler], 'h2')
  const stop = new AbortController()
  const session = await openSession(server, certificates, { signal: stop.signal })
  const snapshot = await session.read({ namespaces: ['billing'] }, () => undefined)
  onTestFinished(() => stop.abort(new Error('the test is over')))
  return session.watch(snapshot)
}

const portOf = ({ snapshot }: WatchStep): number | undefined =>
  snapshot.objects.flatMap((object) =>
    object.kind === 'Service' ? (object.spec.ports[0]?.port ?? []) : [],
  )[0]

/** Steps until the Service has this port. */
async function until(steps: AsyncGenerator<WatchStep, never>, port: number): Promise<readonly WatchStep[]> {
  const seen: WatchStep[] = []
  for (;;) {
    const { value } = await steps.next()
    seen.push(value)
    if (portOf(value) === port) return seen
  }
}

it('replaces objects that change, and gathers none that come and go', async () => {
  const store = new Store([service(1)])
  const steps = await watching(store)
  for (let number = 0; number < 500; number++) {
    store.change('MODIFIED', service(1_000 + number))
    store.change('ADDED', configMap(number))
    store.change('DELETED', configMap(number))
  }
  store.change('MODIFIED', service(2))
  const seen = await until(steps, 2)
  // Collections are followed one by one: the ConfigMaps may be a step behind.
  let last = seen.at(-1)
  while (last !== undefined && last.snapshot.objects.length > 1) last = (await steps.next()).value
  expect(last?.snapshot.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'Service api',
  ])
  // Each step tells of each object once.
  for (const { put } of seen)
    expect(new Set(put.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).size).toBe(put.length)
})

it('keeps nothing of a moment when the next ones have come', async () => {
  const store = new Store([service(1)])
  const steps = await watching(store)
  let network: Network | undefined
  const past: WeakRef<object>[] = []
  for (let port = 10; port < 16; port++) {
    store.change('MODIFIED', service(port))
    const step = (await until(steps, port)).at(-1)
    if (step === undefined) throw new Error('no step')
    network =
      network === undefined
        ? Network.of(step.snapshot)
        : network.at(step.snapshot, { put: step.put, remove: step.removed })
    network.services.in('billing')
    const [current] = network.inventory.list('Service').items
    if (port < 14 && current !== undefined)
      past.push(new WeakRef(network), new WeakRef(step.snapshot), new WeakRef(current))
  }
  // A WeakRef that was made or read keeps its object until the end of the job.
  await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  expect(past).toHaveLength(12)
  expect(past.map((reference) => reference.deref())).toEqual(past.map(() => undefined))
  expect(network?.inventory.list('Service').items).toHaveLength(1)
})
