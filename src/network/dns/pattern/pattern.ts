import { isWordCode, parsePattern, type Syntax } from './syntax.ts'

/**
 * A regular expression as Go has them, matched in time linear in the text: CoreDNS takes expressions of whoever may write
 * its ConfigMap, and JavaScript's own engine can be kept busy for ever by some.
 */
export interface Pattern {
  /** The groups of the first match, the whole match first; a group that took no part is ''. `undefined` without a match. */
  readonly match: (text: string) => readonly string[] | undefined
  /** Names of the groups, '' for those without. */
  readonly groups: readonly string[]
}

type Step =
  | { readonly op: 'set'; readonly has: (code: number) => boolean }
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'start' | 'end' | 'match' }
  | { readonly op: 'word-edge'; readonly isEdge: boolean }

/** Programs are small: names have at most 253 characters. */
const mostSteps = 3000
const longestText = 1000

/** `undefined` for what is no expression of Go, what is not understood here, and what would be too large. */
export function compilePattern(source: string): Pattern | undefined {
  const parsed = parsePattern(source)
  if (parsed === undefined) return undefined
  const program: Step[] = []
  const fits = [
    emit({ kind: 'group', index: 0, body: parsed.tree }, program),
    program.push({ op: 'match' }) <= mostSteps,
  ]
  if (fits.includes(false)) return undefined
  return { groups: parsed.groups, match: (text) => run(program, parsed.groups.length, text) }
}

/** @returns whether there was room */
function emit(tree: Syntax, program: Step[]): boolean {
  if (program.length > mostSteps) return false
  switch (tree.kind) {
    case 'empty':
      return true
    case 'set':
      return program.push({ op: 'set', has: tree.has }) > 0
    case 'start':
    case 'end':
      return program.push({ op: tree.kind }) > 0
    case 'word-edge':
      return program.push({ op: 'word-edge', isEdge: tree.isEdge }) > 0
    case 'all':
      return tree.parts.every((part) => emit(part, program))
    case 'any-of':
      return emitChoice(tree.parts, program)
    case 'group': {
      program.push({ op: 'save', slot: tree.index * 2 })
      const fits = emit(tree.body, program)
      return program.push({ op: 'save', slot: tree.index * 2 + 1 }) > 0 && fits
    }
    case 'repeat':
      return emitRepeat(tree, program)
  }
}

function emitChoice(parts: readonly Syntax[], program: Step[]): boolean {
  const [first, ...rest] = parts
  if (first === undefined) return true
  if (rest.length === 0) return emit(first, program)
  const split = program.push({ op: 'jump', to: 0 }) - 1
  const fitsFirst = emit(first, program)
  const jump = program.push({ op: 'jump', to: 0 }) - 1
  program[split] = { op: 'split', first: split + 1, second: jump + 1 }
  const fitsRest = emitChoice(rest, program)
  program[jump] = { op: 'jump', to: program.length }
  return fitsFirst && fitsRest
}

function emitRepeat(
  { body, least, most, isGreedy }: Extract<Syntax, { kind: 'repeat' }>,
  program: Step[],
): boolean {
  for (let count = 0; count < least; count++) if (!emit(body, program)) return false
  const either = (here: number, behind: number): Step =>
    isGreedy ? { op: 'split', first: here, second: behind } : { op: 'split', first: behind, second: here }
  if (most === Number.POSITIVE_INFINITY) {
    const split = program.push({ op: 'jump', to: 0 }) - 1
    const fits = emit(body, program)
    program.push({ op: 'jump', to: split })
    program[split] = either(split + 1, program.length)
    return fits
  }
  const splits: number[] = []
  for (let count = least; count < most; count++) {
    splits.push(program.push({ op: 'jump', to: 0 }) - 1)
    if (!emit(body, program)) return false
  }
  for (const split of splits) program[split] = either(split + 1, program.length)
  return true
}

interface Thread {
  readonly at: number
  readonly saved: readonly number[]
}

/** All ways through the program at once, the preferred first. Source of the method: Pike's virtual machine, as in RE2. */
function run(program: readonly Step[], groups: number, text: string): readonly string[] | undefined {
  if (text.length > longestText) return undefined
  const codes = [...text].map((char) => char.codePointAt(0) ?? 0)
  let threads: Thread[] = []
  let found: readonly number[] | undefined
  for (let position = 0; position <= codes.length; position++) {
    const seen = new Set<number>()
    const ready: Thread[] = []
    for (const thread of threads) follow(program, thread, position, codes, seen, ready)
    // A later start is worth less than any match that began before.
    const start = { at: 0, saved: new Array<number>(groups * 2).fill(-1) }
    if (found === undefined) follow(program, start, position, codes, seen, ready)
    threads = []
    for (const { at, saved } of ready) {
      const step = program[at]
      if (step?.op === 'match') {
        found = saved
        break
      }
      const code = codes[position]
      if (step?.op === 'set' && code !== undefined && step.has(code)) threads.push({ at: at + 1, saved })
    }
    if (threads.length === 0 && found !== undefined) break
  }
  if (found === undefined) return undefined
  const result: string[] = []
  for (let group = 0; group < groups; group++) {
    const [from = -1, to = -1] = [found[group * 2], found[group * 2 + 1]]
    result.push(from < 0 || to < 0 ? '' : String.fromCodePoint(...codes.slice(from, to)))
  }
  return result
}

/** Follows a thread to the steps that need a character. */
function follow(
  program: readonly Step[],
  thread: Thread,
  position: number,
  codes: readonly number[],
  seen: Set<number>,
  ready: Thread[],
): void {
  const waiting: Thread[] = [thread]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { at, saved } = next
    if (seen.has(at)) continue
    seen.add(at)
    const step = program[at]
    switch (step?.op) {
      case undefined:
        break
      case 'jump':
        waiting.push({ at: step.to, saved })
        break
      case 'split':
        waiting.push({ at: step.second, saved }, { at: step.first, saved })
        break
      case 'save':
        waiting.push({ at: at + 1, saved: saved.with(step.slot, position) })
        break
      case 'start':
        if (position === 0) waiting.push({ at: at + 1, saved })
        break
      case 'end':
        if (position === codes.length) waiting.push({ at: at + 1, saved })
        break
      case 'word-edge':
        if (isEdge(codes, position) === step.isEdge) waiting.push({ at: at + 1, saved })
        break
      case 'set':
      case 'match':
        ready.push(next)
    }
  }
}

function isEdge(codes: readonly number[], position: number): boolean {
  const isWord = (code: number | undefined): boolean => code !== undefined && isWordCode(code)
  return isWord(codes[position - 1]) !== isWord(codes[position])
}
