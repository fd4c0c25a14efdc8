import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Diagnosis, Problem } from '../../src/diagnosis/diagnosis.ts'
import type { Question } from '../../src/diagnosis/question.ts'
import { Network } from '../../src/network/network.ts'
import { clientReference } from '../../src/network/traffic/connection.ts'
import { plainText } from '../../src/report/words.ts'
import type { ObjectReference } from '../../src/snapshot/snapshot.ts'
import { nameOf, recording, recordings } from './recording.ts'

interface Target {
  readonly kind: string
  readonly namespace: string
  /** A trailing * stands for the generated part of a pod's name. */
  readonly name: string
}

interface Truth {
  readonly kind: 'fault' | 'decoy'
  readonly question: {
    readonly mode: 'scan' | 'targeted'
    readonly namespace: string
    readonly service?: string
    readonly to?: string
  }
  readonly accept: readonly {
    readonly object: Target
    readonly areas: readonly string[]
    readonly mustMention?: readonly (readonly string[])[]
  }[]
  readonly affectedMustInclude: readonly Target[]
  readonly allowedExtra: readonly Target[]
  readonly level: 'error' | 'warning'
  readonly maxProof?: string
}

/** Faults that later parts of the program find: routes from outside, and what DNS answers. */
const later: ReadonlySet<string> = new Set([
  'ingress-class-absent',
  'ingress-port-not-in-service',
  'resolver-outside-the-cluster',
  'route-backend-not-found',
  'route-without-grant',
])

const scenarios = recordings
  .filter((path) => path.includes('/scenarios/') && !later.has(nameOf(path)))
  .map((path) => ({ path, name: nameOf(path), truth: truthOf(path) }))

function truthOf(path: string): Truth {
  return JSON.parse(readFileSync(path.replace(/\.json\.gz$/, '.truth.json'), 'utf8'))
}

function questionOf({ question: { mode, namespace, service, to } }: Truth): Question {
  const name = service ?? to?.replace(/^svc\//, '')
  return mode === 'scan' || name === undefined
    ? { kind: 'scan', namespaces: [namespace] }
    : { kind: 'service', namespace, name }
}

function isThe({ kind, namespace, name }: ObjectReference, target: Target): boolean {
  const isName = target.name.endsWith('*') ? name.startsWith(target.name.slice(0, -1)) : name === target.name
  return kind === target.kind && namespace === target.namespace && isName
}

const said = ({ cause }: Problem): string =>
  [plainText(cause.summary), ...cause.evidence.map(({ value, field }) => `${field} ${value ?? ''}`)].join(
    '\n',
  )

function firstOf({ problems }: Diagnosis, level: Truth['level']): Problem | undefined {
  return problems.find(({ cause }) => cause.severity === 'error' || cause.severity === level)
}

describe.each(scenarios)('$name', ({ path, truth }) => {
  const diagnosis = diagnose(questionOf(truth), Network.of(recording(path)))
  const errors = diagnosis.problems.filter(({ cause }) => cause.severity === 'error')

  test('has no error about anything but the fault', () => {
    const known = [...truth.accept.map(({ object }) => object), ...truth.allowedExtra]
    const wrong = errors.filter(({ cause }) => !known.some((target) => isThe(cause.about, target)))
    expect(wrong.map(({ cause }) => `${cause.rule} ${cause.about.kind}/${cause.about.name}`)).toEqual([])
  })

  test.runIf(truth.kind === 'fault')('names the fault first, with its proof and whom it hits', () => {
    const first = firstOf(diagnosis, truth.level)
    const accepted = truth.accept.find(
      ({ object, areas }) =>
        first !== undefined &&
        isThe(first.cause.about, object) &&
        areas.includes(first.cause.rule.split('/')[0] ?? ''),
    )
    expect(accepted, first === undefined ? 'nothing found' : `found ${first.cause.rule}`).toBeDefined()
    if (first === undefined) return
    for (const words of accepted?.mustMention ?? [])
      expect(
        words.some((word) => said(first).includes(word)),
        words.join(' or '),
      ).toBe(true)
    if (truth.maxProof === 'likely') expect(first.cause.proof).toBe('likely')
    const hit = first.breaks.flatMap(({ connection }) => clientReference(connection.client) ?? [])
    for (const target of truth.affectedMustInclude)
      expect(
        hit.some((client) => isThe(client, target)),
        target.name,
      ).toBe(true)
  })
})
