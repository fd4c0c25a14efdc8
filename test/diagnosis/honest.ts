import { expect } from 'vitest'
import type { Examination } from '../../src/diagnosis/examine.ts'
import type { Network } from '../../src/network/network.ts'
import type { Finding } from '../../src/rules/finding.ts'
import { keyOf } from '../../src/snapshot/snapshot.ts'
import { isBroken } from '../../src/trace/path.ts'

/** The same question, asked of everything and of a part of it. */
export interface Looks {
  readonly before: Examination
  readonly after: Examination
  readonly whole: Network
  readonly partial: Network
}

const rank = { note: 0, warning: 1, error: 2 } as const
const isError = ({ severity }: Finding): boolean => severity === 'error'

/** Less that was read never turns a way that fails or is unknown into one that passes, nor the reverse. */
export function expectNoWayFlips({ before, after }: Looks): void {
  const outcomes = new Map(before.paths.map(({ connection, outcome }) => [connection.key, outcome]))
  for (const { connection, outcome } of after.paths) {
    const was = outcomes.get(connection.key)
    if (outcome === 'passes') expect(['passes', undefined], connection.key).toContain(was)
    if (isBroken({ outcome })) expect(['fails', 'partly', undefined], connection.key).toContain(was)
  }
}

/** Each error is about an object of which an error was known. */
export function expectNoErrorInvented({ before, after }: Looks): void {
  const known = new Set(before.findings.map(({ key }) => key))
  const wrong = new Set(before.findings.filter(isError).map(({ about }) => keyOf(about)))
  // A way that was broken before still is, whoever is to blame: its hop, or what that rests on.
  const broken = new Set(
    before.paths.flatMap(({ firstBroken: hop }) =>
      hop === undefined ? [] : [hop.place, ...(hop.behind ?? [])],
    ),
  )
  const invented = after.findings.filter(isError).filter(({ key, about, places }) => {
    const isKnown = known.has(key) || wrong.has(keyOf(about))
    return !isKnown && !places.some((place) => broken.has(place))
  })
  expect(invented.map(({ key }) => key)).toEqual([])
}

/** What is still found is as severe as before. */
export function expectNoSeverityLowered({ before, after }: Looks): void {
  const severities = new Map(before.findings.map(({ key, severity }) => [key, severity]))
  for (const { key, severity } of after.findings)
    expect(rank[severity], key).toBeGreaterThanOrEqual(rank[severities.get(key) ?? 'note'])
}

/** A Service that has callers never becomes one that certainly has none. */
export function expectNoCallersDenied({ before, after, whole, partial }: Looks): void {
  const kept = new Set(after.scope.services.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))
  for (const service of before.scope.services) {
    const { namespace, name } = service.metadata
    if (!kept.has(`${namespace}/${name}`) || whole.traffic.to(service).items.length === 0) continue
    const callers = partial.traffic.to(service)
    expect(callers.items.length + callers.gaps.length, name).toBeGreaterThan(0)
  }
}

/** All of it: a part of a cluster leads to less knowledge, never to other knowledge. */
export function expectHonest(looks: Looks): void {
  expectNoWayFlips(looks)
  expectNoErrorInvented(looks)
  expectNoSeverityLowered(looks)
  expectNoCallersDenied(looks)
}
