import { escapeText } from '../escape.ts'

/** One group of checks, as CI systems show it. */
export interface TestSuite {
  readonly name: string
  readonly cases: readonly TestCase[]
}

export interface TestCase {
  readonly name: string
  /** Where it stands; CI systems group by it. */
  readonly place: string
  /** Absent: passed. */
  readonly failure?: { readonly message: string; readonly text: string } | undefined
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text that may stand in an attribute or an element: what XML forbids is shown as `\u{..}` before. */
function xml(text: string): string {
  return escapeText(text).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

/** The JUnit XML that CI systems read: one `testsuite` a group, one `testcase` a check. */
export function toJunit(name: string, suites: readonly TestSuite[]): string {
  const failures = (cases: readonly TestCase[]): number =>
    cases.filter(({ failure }) => failure !== undefined).length
  const all = suites.flatMap(({ cases }) => cases)
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(name)}" tests="${all.length}" failures="${failures(all)}" errors="0">`,
  ]
  for (const suite of suites) {
    lines.push(
      `  <testsuite name="${xml(suite.name)}" tests="${suite.cases.length}" failures="${failures(suite.cases)}" errors="0" skipped="0">`,
      ...suite.cases.map(testCase),
      '  </testsuite>',
    )
  }
  return `${lines.join('\n')}\n</testsuites>\n`
}

function testCase({ name, place, failure }: TestCase): string {
  const head = `    <testcase classname="${xml(place)}" name="${xml(name)}"`
  if (failure === undefined) return `${head}/>`
  const { message, text } = failure
  return `${head}><failure message="${xml(message)}">${xml(text)}</failure></testcase>`
}
