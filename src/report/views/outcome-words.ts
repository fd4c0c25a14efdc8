import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import type { Line } from '../document.ts'
import { count } from '../words.ts'

/**
 * The first line of an answer about connections: what is asked about, and how it goes with it.
 *
 * @param name what was asked about, escaped
 * @param calm what to say when all is well
 */
export function verdictLine(name: string, diagnosis: Diagnosis, calm: string): Line {
  const { problems, connections } = diagnosis.verdict
  const line = (mark: Line[number], words: string): Line => [
    mark,
    { text: name, tone: 'strong' },
    { text: `: ${words}` },
  ]
  if (connections.broken + connections.suspect > 0)
    return line({ text: '✗ ', tone: 'bad' }, brokenWords(diagnosis))
  if (problems.error > 0) return line({ text: '✗ ', tone: 'bad' }, count(problems.error, 'problem'))
  if (connections.unknown > 0)
    return line(
      { text: '? ', tone: 'unknown' },
      `no error found, but ${connections.unknown} of ${count(connections.of, 'connection')} cannot be judged`,
    )
  if (diagnosis.gaps.length > 0)
    return line({ text: '? ', tone: 'unknown' }, 'no error found in what could be read')
  if (problems.warning > 0)
    return line({ text: '! ', tone: 'warn' }, `no error, ${count(problems.warning, 'warning')}`)
  return line({ text: '✓ ', tone: 'good' }, calm)
}

/** `1 of 3 connections fails`; `of 3 connections 1 fails, 2 may fail`. */
export function brokenWords({ paths, problems, verdict }: Diagnosis): string {
  const broken = paths.filter(({ firstBroken }) => firstBroken !== undefined)
  const partly = broken.filter(({ outcome }) => outcome === 'partly').length
  const isShared = problems
    .filter(({ breaks }) => breaks.some(({ firstBroken }) => firstBroken === undefined))
    .every(({ cause }) => cause.share !== undefined)
  const may = isShared ? 'may fail in part' : 'may fail'
  const groups = [
    { number: verdict.connections.broken - partly, one: 'fails', many: 'fail' },
    { number: partly, one: 'fails in part', many: 'fail in part' },
    { number: verdict.connections.suspect, one: may, many: may },
  ].filter(({ number }) => number > 0)
  const { of } = verdict.connections
  const [first] = groups
  const words = groups.map(({ number, one, many }) => `${number} ${number === 1 ? one : many}`)
  if (first === undefined || groups.length > 1) return `of ${count(of, 'connection')} ${words.join(', ')}`
  if (of === 1) return `its only connection ${first.one}`
  return first.number === of
    ? `all ${of} connections ${first.many}`
    : `${first.number} of ${of} connections ${first.number === 1 ? first.one : first.many}`
}

/** `all 3 connections pass`; not said without reserve where policies on the way are judged by nobody. */
export function passWords({ verdict, notChecked }: Diagnosis): string {
  const { of } = verdict.connections
  const isWhole = !notChecked.includes('egress') && !notChecked.includes('ingress')
  const words = of === 1 ? 'its only connection passes' : `all ${of} connections pass`
  return isWhole ? words : `${words}, network policies not checked`
}
