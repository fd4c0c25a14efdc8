import { expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { Network } from '../../src/network/network.ts'
import { plainText } from '../../src/report/words.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { objectsIn, readFor, serve } from '../apiserver/large-cluster.ts'

const question = { kind: 'scan', namespaces: ['velocitytech-prod'] } as const

const secretsAssumed = (snapshot: Snapshot): boolean =>
  diagnose(question, Network.of(snapshot))
    .assumptions.map(plainText)
    .some((text) => text.startsWith('Secrets of Ingresses are right'))

test('a scan says that nobody looked at the Secrets that Ingresses name, unless they were asked for', async () => {
  const snapshot = await readFor(question, serve(objectsIn('fixtures/velocitytech/traefik.json.gz')))
  expect(secretsAssumed(snapshot)).toBe(true)
  const asked = { Secret: ['velocitytech-prod/admin-auth'] }
  expect(secretsAssumed({ ...snapshot, coverage: { ...snapshot.coverage, asked } })).toBe(false)
})
