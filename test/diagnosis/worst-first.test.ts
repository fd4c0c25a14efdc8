import fc from 'fast-check'
import { expect, test } from 'vitest'
import { worstFirst } from '../../src/diagnosis/worst-first.ts'
import type { Client } from '../../src/network/traffic/connection.ts'
import type { Finding } from '../../src/rules/finding.ts'
import { word } from '../../src/rules/text.ts'
import type { Path } from '../../src/trace/path.ts'

function finding(name: string, more: Partial<Finding> = {}): Finding {
  const about = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name }
  return {
    key: name,
    rule: 'service/selector-near-miss',
    about,
    subject: about,
    place: name,
    places: [name],
    severity: 'error',
    proof: 'proven',
    open: false,
    summary: word(name),
    evidence: [],
    ...more,
  }
}

function route(isShare: boolean): Client {
  const by = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'shop', name: 'web' }
  return {
    kind: 'route',
    backend: {
      by,
      field: 'spec',
      namespace: 'shop',
      service: 'web',
      title: 'web/',
      isShare,
      weight: 1,
      servedBy: [],
    },
  }
}

function path(client: Client, outcome: Path['outcome']): Path {
  const hop = { kind: 'endpoints', place: 'web', verdict: { outcome }, behind: [] } as const
  const connection = { key: 'k', client, host: 'web', protocol: 'TCP', dials: [] }
  return { connection, hops: [hop], outcome, firstBroken: outcome === 'passes' ? undefined : hop }
}

const all = path(route(false), 'fails')
const some = path(route(false), 'partly')
const suspect = path(route(false), 'passes')
const canary = path(route(true), 'fails')
const nobody = path({ kind: 'anyone', namespace: 'shop' }, 'fails')

/** Causes in the wanted order, each with the connections that it breaks. */
const ordered: readonly (readonly [Finding, readonly Path[]])[] = [
  [finding('z two fail', { proof: 'likely' }), [all, all]],
  [finding('y one fails, one in part', { proof: 'likely' }), [all, some]],
  [finding('x one fails'), [all]],
  [finding('w three in part', { proof: 'likely' }), [some, suspect, canary]],
  [finding('v proven, a canary'), [canary]],
  [finding('a likely, one in part', { proof: 'likely' }), [some]],
  [finding('b nobody dials it'), [nobody, nobody]],
  [finding('c nobody dials it'), []],
  [finding('a warning', { severity: 'warning' }), [all, all, all]],
  [finding('a note', { severity: 'note' }), []],
]
const names = (causes: readonly Finding[]): readonly string[] => causes.map(({ key }) => key)

test('what breaks most comes first, whatever the order of the input', () => {
  const breaks = new Map(ordered.map(([cause, paths]) => [cause.key, paths]))
  const wanted = ordered.map(([cause]) => cause)
  fc.assert(
    fc.property(fc.shuffledSubarray([...wanted], { minLength: 2 }), (causes) => {
      const kept = wanted.filter((cause) => causes.includes(cause))
      expect(names(worstFirst(causes, breaks))).toEqual(names(kept))
    }),
  )
})
