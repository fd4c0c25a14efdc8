import { type Examination, examine } from '../../src/diagnosis/examine.ts'
import { Network } from '../../src/network/network.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { makeCertificates } from './certificates.ts'
import { type TestClock, testClock } from './clock.ts'
import type { Arrange } from './faults/fault.ts'
import { dated, healthy, namespace } from './recorded-cluster.ts'
import type { ApiServer } from './server.ts'
import { openSession, startServer } from './session.ts'

const certificates = makeCertificates()
const question = { kind: 'scan', namespaces: [namespace] } as const

/** What a reading of the recorded incident left behind: a snapshot, or why there is none. */
export interface Result {
  readonly server: ApiServer
  readonly clock: TestClock
  readonly ended: { readonly snapshot: Snapshot } | { readonly error: unknown }
}

/** Reads the recorded incident from a server that may misbehave. Time passes only when nothing else can. */
export async function readIncident(arrange: Arrange = () => ({})): Promise<Result> {
  const { store, handlers } = healthy()
  const arranged = await arrange(store, certificates)
  const before = (arranged.handlers ?? []).map(dated)
  const server = await startServer(certificates, [...before, ...handlers], arranged.protocol ?? 'h2')
  const clock = testClock(() => server.hangingCount())
  const ended = await openSession(server, certificates, { ...arranged.session, clock })
    .then((session) => session.read({ namespaces: [namespace] }, () => undefined))
    .then((snapshot) => ({ snapshot }))
    .catch((error: unknown) => ({ error }))
  return { server, clock, ended }
}

export interface Look {
  readonly network: Network
  readonly examination: Examination
}

/** What a reading leads to. */
export function lookAt({ ended }: Result): Look {
  if ('error' in ended) throw ended.error
  const network = Network.of(ended.snapshot)
  return { network, examination: examine(question, network) }
}

let known: Look | undefined

/** What the healthy server leads to; read once, by the first test of a file that asks. */
export async function healthyLook(): Promise<Look> {
  known ??= lookAt(await readIncident())
  return known
}

/** What an answer comes down to: how every way goes, and what was found. */
export function summary({ paths, findings }: Examination): unknown {
  return {
    paths: paths.map(({ connection, outcome }) => `${connection.key} ${outcome}`).sort(),
    findings: findings.map(({ key, severity, proof }) => `${severity} ${proof} ${key}`).sort(),
  }
}
