import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { Network } from '../../src/network/network.ts'
import { type Connection, clientReference } from '../../src/network/traffic/connection.ts'
import { plainText } from '../../src/report/words.ts'
import type { Finding } from '../../src/rules/finding.ts'
import type { ObjectReference } from '../../src/snapshot/snapshot.ts'
import { recording, recordings } from './recording.ts'
import { type AcceptedAnswer, readTruth } from './truth.ts'

/**
 * The Ingress names the targetPort, and ingress-nginx 1.14 serves it: `serviceEndpoints` in its controller.go takes the port,
 * the targetPort or the name of a Service port. The truth wants an error; traffic passes, so that it is a warning here.
 */
const onlyWarned = (path: string): boolean => path.includes('ingress-port-not-in-service')

const scenarios = recordings
  .filter((path) => path.includes('/scenarios/'))
  .map((path) => ({
    path,
    truth: readTruth(path.replace('.json.gz', '.truth.json')),
    snapshot: recording(path),
  }))
const faults = scenarios.filter(({ truth }) => !truth.isHealthy)

type Named = Pick<AcceptedAnswer, 'kind' | 'namespace' | 'name'>

function isNamed({ kind, namespace, name }: Named, about: ObjectReference): boolean {
  const isName = name.endsWith('*') ? about.name.startsWith(name.slice(0, -1)) : about.name === name
  return about.kind === kind && about.namespace === namespace && isName
}

function mentions(finding: Finding, groups: readonly (readonly string[])[]): boolean {
  const said = [
    plainText(finding.summary),
    ...finding.evidence.map(({ field, value }) => `${field} ${value}`),
  ].join('\n')
  return groups.every((words) => words.some((word) => said.includes(word)))
}

function answer({ truth, snapshot }: (typeof scenarios)[number]) {
  const { problems } = diagnose(truth.question, Network.of(snapshot))
  return {
    first: problems.find(
      ({ cause }) =>
        cause.severity === 'error' || (truth.level === 'warning' && cause.severity === 'warning'),
    ),
    unexplained: problems.flatMap(({ cause }) => (cause.rule === 'tool/unexplained' ? [cause.about] : [])),
    errors: problems.flatMap(({ cause }) => (cause.severity === 'error' ? [cause] : [])),
  }
}

/** The Service that a route names: what does not get its requests is listed with the connection. */
function targetOf({ target }: Connection): readonly ObjectReference[] {
  return target === undefined
    ? []
    : [{ apiVersion: 'v1', kind: 'Service', namespace: target.namespace, name: target.service }]
}

function expectRootCause(scenario: (typeof scenarios)[number]): void {
  const { truth } = scenario
  const { first } = answer(scenario)
  const cause = first?.cause
  expect(cause).toBeDefined()
  if (first === undefined || cause === undefined) return
  const accepted = truth.accept.filter(
    (good) =>
      isNamed(good, cause.about) &&
      good.areas.some((area) => cause.rule.startsWith(`${area}/`)) &&
      mentions(cause, good.mustMention),
  )
  expect(
    accepted,
    `${cause.rule} ${cause.about.kind}/${cause.about.name}: ${plainText(cause.summary)}`,
  ).not.toEqual([])
  if (truth.maxProof !== undefined) expect(cause.proof).toBe(truth.maxProof)
  const touched = [
    cause.about,
    ...first.breaks.flatMap(({ connection }) => [
      ...[clientReference(connection.client)].filter((client) => client !== undefined),
      ...targetOf(connection),
    ]),
  ]
  for (const object of truth.affected)
    expect(
      touched.some((reference) => isNamed(object, reference)),
      `${object.kind}/${object.name} is listed under what it breaks`,
    ).toBe(true)
}

describe.each(faults.filter(({ path }) => !onlyWarned(path)))('$path', (scenario) => {
  test('names the root cause first, and whom it breaks', () => expectRootCause(scenario))
})

describe.each(scenarios)('$path', (scenario) => {
  const { accept, allowedExtra, isHealthy } = scenario.truth

  test('blames nothing else', () => {
    const { errors, unexplained } = answer(scenario)
    expect(unexplained).toEqual([])
    const wrong = errors.filter(
      ({ about }) => ![...accept, ...allowedExtra].some((good) => isNamed(good, about)),
    )
    expect(wrong.map(({ rule, about }) => `${rule} ${about.kind}/${about.name}`)).toEqual([])
    if (isHealthy) expect(errors).toEqual([])
  })
})

test('every recorded scenario is checked', () => {
  expect(faults.length).toBe(14)
  expect(scenarios.length - faults.length).toBe(13)
})

test('a targetPort in an Ingress of ingress-nginx is warned of', () => {
  const scenario = scenarios.find(({ path }) => onlyWarned(path))
  if (scenario === undefined) throw new Error('no such scenario')
  const { problems } = diagnose(scenario.truth.question, Network.of(scenario.snapshot))
  expect(
    problems.map(({ cause }) => `${cause.severity} ${cause.rule} ${cause.about.kind}/${cause.about.name}`),
  ).toContain('warning ingress/backend-port-missing Ingress/web-public')
})
