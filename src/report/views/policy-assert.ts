import type { CheckedExpectations, WrongAnswer } from '../../diagnosis/expected/check-expected.ts'
import type { Expectation } from '../../snapshot/files/expectations.ts'
import type { Locate } from '../../snapshot/files/load.ts'
import type { Block, Document } from '../document.ts'
import { escapeText } from '../escape.ts'
import type { TestCase, TestSuite } from '../formats/junit.ts'
import { deciderText } from '../policy-decider.ts'
import { count } from '../words.ts'

const gotWords = { passes: 'allow', fails: 'deny', partly: 'partly', unknown: 'unknown' } as const

/** The answer in one line, then one line for each wrong answer. */
export function assertView(checked: readonly CheckedExpectations[], locate: Locate | undefined): Document {
  const lines = wrongLines(checked, locate)
  const headline: Block = { kind: 'headline', line: [mark(lines.length), { text: summary(checked) }] }
  return lines.length === 0
    ? [headline]
    : [headline, { kind: 'notes', lines: lines.map((text) => [{ text }]) }]
}

const mark = (wrong: number) =>
  wrong === 0 ? ({ text: '✓ ', tone: 'good' } as const) : ({ text: '✗ ', tone: 'bad' } as const)

function summary(checked: readonly CheckedExpectations[]): string {
  const all = answersOf(checked)
  const wrong = checked.reduce((sum, document) => sum + document.wrong.length, 0)
  const where = checked.length === 1 ? '' : ` in ${count(checked.length, 'document')}`
  if (wrong === 0)
    return all === 1 ? 'the expected verdict is right' : `all ${all} expected verdicts are right${where}`
  return `${wrong} of ${count(all, 'expected verdict')} ${wrong === 1 ? 'is' : 'are'} wrong${where}`
}

function answersOf(checked: readonly CheckedExpectations[]): number {
  return checked.reduce((sum, { document }) => sum + document.expectations.length, 0)
}

/** `FILE:LINE:COLUMN: a/web -> a/db TCP/80: expected allow, got deny: ingress: ...`, escaped, each one line. */
export function wrongLines(
  checked: readonly CheckedExpectations[],
  locate: Locate | undefined,
): readonly string[] {
  return checked.flatMap(({ document, wrong }) =>
    wrong.map((answer) => {
      const at = document.locate(answer.expectation.field)
      return escapeText(
        `${at}: ${flowText(answer.expectation)}: ${gotText(answer)}; ${whyText(answer, locate)}`,
      )
    }),
  )
}

function flowText({ from, to, protocol, port, part }: Expectation): string {
  return `${from} -> ${to} ${protocol}/${port}${part === 'both' ? '' : ` (${part} alone)`}`
}

function gotText({ expectation, got, wrong, of }: WrongAnswer): string {
  const share = of === 1 ? '' : ` (${wrong} of ${count(of, 'flow')})`
  return `expected ${expectation.expect}, got ${gotWords[got]}${share}`
}

function whyText({ deciders }: WrongAnswer, locate: Locate | undefined): string {
  return deciders.map((decider) => `${decider.direction} ${deciderText(decider, locate)}`).join(', ')
}

const assertSchema = 'netdoctor/policy-assert/v1'

/** The answers as data, as docs/schema/policy-assert.schema.json describes them. */
export function assertResult(
  checked: readonly CheckedExpectations[],
  files: readonly string[],
  locate: Locate | undefined,
) {
  const wrong = checked.flatMap(({ document, wrong: answers }) =>
    answers.map((answer) =>
      wrongResult(document.id, document.locate(answer.expectation.field), answer, locate),
    ),
  )
  return {
    schema: assertSchema,
    question: { command: 'policy --assert', files },
    answers: { all: answersOf(checked), wrong: wrong.length },
    documents: checked.map(({ document, wrong: answers }) => ({
      id: document.id,
      title: document.title,
      answers: document.expectations.length,
      wrong: answers.length,
    })),
    wrong,
  }
}

function wrongResult(document: string, at: string, answer: WrongAnswer, locate: Locate | undefined) {
  const { expectation, got, wrong, of, deciders } = answer
  const { from, to, port, protocol, part, expect } = expectation
  return {
    document,
    at,
    from,
    to,
    port,
    protocol,
    part,
    expected: expect,
    got: gotWords[got],
    flows: { wrong, of },
    decidedBy: deciders.map(({ direction, outcome, rules, isolatedBy, doubts }) => ({
      direction,
      outcome,
      rules: rules.map(({ policy, path }) => ({ ref: policy, path, at: locate?.(policy, path) })),
      isolatedBy,
      doubts,
    })),
  }
}

/** One suite a document, one case an expected verdict. */
export function assertSuites(
  checked: readonly CheckedExpectations[],
  locate: Locate | undefined,
): readonly TestSuite[] {
  return checked.map(({ document, wrong }) => {
    const answers = new Map(wrong.map((answer) => [answer.expectation, answer]))
    const place =
      document.title === undefined || document.title === document.id
        ? document.id
        : `${document.id} ${document.title}`
    return {
      name: place,
      cases: document.expectations.map((expectation): TestCase => {
        const answer = answers.get(expectation)
        const title = `${flowText(expectation)} ${expectation.expect}`
        if (answer === undefined) return { name: title, place: document.id }
        const text = `${document.locate(expectation.field)}: ${whyText(answer, locate)}`
        return { name: title, place: document.id, failure: { message: gotText(answer), text } }
      }),
    }
  })
}
