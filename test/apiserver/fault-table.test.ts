import { describe, expect, it } from 'vitest'
import { type Examination, examine } from '../../src/diagnosis/examine.ts'
import { Network } from '../../src/network/network.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { expectHonest } from '../diagnosis/honest.ts'
import { makeCertificates } from './certificates.ts'
import { type TestClock, testClock } from './clock.ts'
import type { End, Fault } from './faults/fault.ts'
import { faults } from './faults/table.ts'
import { dated, healthy, namespace } from './recorded-cluster.ts'
import type { ApiServer } from './server.ts'
import { openSession, startServer } from './session.ts'

const certificates = makeCertificates()
const question = { kind: 'scan', namespaces: [namespace] } as const

/** What a run left behind: a snapshot, or why there is none. */
interface Result {
  readonly server: ApiServer
  readonly clock: TestClock
  readonly ended: { readonly snapshot: Snapshot } | { readonly error: unknown }
}

async function run(arrange: Fault['arrange']): Promise<Result> {
  const { store, handlers } = healthy()
  const arranged = await arrange(store)
  const before = (arranged.handlers ?? []).map(dated)
  const server = await startServer(certificates, [...before, ...handlers], arranged.protocol ?? 'h2')
  const clock = testClock()
  const ended = await openSession(server, certificates, { ...arranged.session, clock })
    .then((session) => session.read({ namespaces: [namespace] }, () => undefined))
    .then((snapshot) => ({ snapshot }))
    .catch((error: unknown) => ({ error }))
  return { server, clock, ended }
}

interface Look {
  readonly network: Network
  readonly examination: Examination
}

function lookAt({ ended }: Result): Look {
  if ('error' in ended) throw ended.error
  const network = Network.of(ended.snapshot)
  return { network, examination: examine(question, network) }
}

let known: Look | undefined

/** What the healthy server leads to; read once, by the first test that asks. */
async function whole(): Promise<Look> {
  known ??= lookAt(await run(() => ({})))
  return known
}

describe('the healthy server', () => {
  it('is read whole: the incident has its errors, and ways that pass and ways that fail', async () => {
    const { examination, network } = await whole()
    expect(network.inventory.snapshot.coverage.gaps).toEqual([])
    expect(examination.findings.filter(({ severity }) => severity === 'error')).toHaveLength(3)
    expect(new Set(examination.paths.map(({ outcome }) => outcome))).toEqual(new Set(['passes', 'fails']))
  })
})

describe('an API server that misbehaves with', () => {
  it.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_, { arrange, end, also }) => {
    const result = await run(arrange)
    also?.(result)
    if (end.is === 'error') expectError(result, end)
    else await expectAnswer(result, end)
  })
})

function expectError({ ended }: Result, { code, message }: Extract<End, { is: 'error' }>): void {
  expect(ended).toMatchObject({
    error: { name: 'KnownError', code, message: expect.stringMatching(message) },
  })
  expect('error' in ended && ended.error instanceof Error ? ended.error.message : '').not.toMatch(/s3cr3t|\n/)
}

async function expectAnswer(result: Result, end: Exclude<End, { is: 'error' }>): Promise<void> {
  const before = await whole()
  const after = lookAt(result)
  const [wholeWorld, partial] = [before.network, after.network]
  expectHonest({ before: before.examination, after: after.examination, whole: wholeWorld, partial })
  const wanted = end.is === 'right' ? [] : end.gaps
  const { gaps } = partial.inventory.snapshot.coverage
  expect(gaps).toHaveLength(wanted.length)
  expect(gaps).toMatchObject(wanted)
  if (end.is === 'right') expect(summary(after.examination)).toEqual(summary(before.examination))
  else if (end.unknown === 'some') {
    expect(after.examination.paths.filter(({ outcome }) => outcome === 'unknown')).not.toEqual([])
  }
}

/** What an answer comes down to: how every way goes, and what was found. */
function summary({ paths, findings }: Examination): unknown {
  return {
    paths: paths.map(({ connection, outcome }) => `${connection.key} ${outcome}`).sort(),
    findings: findings.map(({ key, severity, proof }) => `${severity} ${proof} ${key}`).sort(),
  }
}
