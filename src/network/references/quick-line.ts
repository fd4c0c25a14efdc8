import type { Context } from './context.ts'
import { keyFacts } from './key-words.ts'

/** What a character can be in a line that is read at a glance: bit 1 a letter, digit or harmless sign, 2 a space, 4 a digit. */
const plain = 1
const space = 2
const digit = 4

const classes = new Uint8Array(128)
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-%$*!?~^')
  classes[char.charCodeAt(0)] = plain
for (const char of '0123456789') classes[char.charCodeAt(0)] = plain | digit
classes[32] = space

const [hash, dash, colon, equals, dot, plus] = [...'#-:=.+'].map((char) => char.charCodeAt(0))

/**
 * Reads a line in which no address can stand: `key: value`, `key=value` or plain words, where no word has a dot, a colon, a
 * slash or any other sign, and the key neither holds a host nor a port. Most lines of most files are such. Keys and
 * indentation are followed as for any other line.
 *
 * @param line one line without its end
 * @returns false when it has to be read word by word; then nothing was done
 */
export function readAtGlance(line: string, context: Context): boolean {
  const { length } = line
  let indent = 0
  while (indent < length && line.charCodeAt(indent) === 32) indent++
  if (indent === length) return true
  const first = line.charCodeAt(indent)
  if (first === hash) return true
  const isItem = first === dash && (indent + 1 === length || line.charCodeAt(indent + 1) === 32)
  let start = indent
  if (isItem) {
    start++
    while (start < length && line.charCodeAt(start) === 32) start++
    // An item in an item, and one that is empty.
    if (start === length || line.charCodeAt(start) === dash) return false
  }
  return readContent(line, start, indent, isItem, context)
}

function readContent(
  line: string,
  start: number,
  indent: number,
  isItem: boolean,
  context: Context,
): boolean {
  const keyEnd = endOfKey(line, start)
  if (keyEnd === undefined) return false
  const key = line.slice(start, keyEnd)
  let at = keyEnd
  while (line.charCodeAt(at) === 32) at++
  const sign = line.charCodeAt(at)
  const hasKey = (sign === colon && at === keyEnd) || sign === equals
  if (hasKey) {
    at++
    if (sign === colon && at < line.length && line.charCodeAt(at) !== 32) return false
    while (line.charCodeAt(at) === 32) at++
  } else if (key.includes('.')) return false
  const end = endOfWords(line, hasKey ? at : start)
  if (end === undefined || isFlag(line, at)) return false
  const isEmpty = hasKey && at >= line.length
  const facts = keyFacts(hasKey || !isItem ? key : context.key)
  if (facts.namesHost || facts.pair !== undefined) return false
  if (!hasKey) {
    const around = keyFacts(context.key)
    if (end === 'digits' || around.namesHost || around.pair !== undefined) return false
    if (isItem && keyFacts(key).namesHost) return false
  }
  context.line(indent, isItem)
  if (isItem) context.item(indent)
  if (isEmpty) context.open(key, start)
  return true
}

/** The end of the first word; `undefined` for one that could be more than a key. */
function endOfKey(line: string, start: number): number | undefined {
  let at = start
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at)
    if (code === 32 || code === colon || code === equals) break
    if (code !== dot && (code > 127 || ((classes[code] ?? 0) & plain) === 0)) return undefined
  }
  return at === start || isCommentStart(line, start) ? undefined : at
}

/** `!` of properties, `%`, `--` of SQL, `* ` of a comment, `REM`. */
function isCommentStart(line: string, start: number): boolean {
  return /^(?:!|%|--|\*|REM)/.test(line.slice(start, start + 3))
}

/** Whether the rest of a line is plain words, and whether digits are among them; `undefined` when it is not. */
function endOfWords(line: string, start: number): 'letters' | 'digits' | undefined {
  let hasDigits = false
  for (let at = start; at < line.length; at++) {
    const code = line.charCodeAt(at)
    const kind = code > 127 ? 0 : (classes[code] ?? 0)
    if (kind === 0) return undefined
    if ((kind & digit) !== 0) hasDigits = true
  }
  return hasDigits ? 'digits' : 'letters'
}

/** The indicator of a YAML block, which is no value. */
function isFlag(line: string, at: number): boolean {
  const code = line.charCodeAt(at)
  return (code === dash || code === plus) && (at === line.length - 1 || line.charCodeAt(at + 1) === 32)
}
