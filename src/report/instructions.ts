import type { Text } from '../rules/text.ts'
import { maskUserinfo } from '../snapshot/mask-text.ts'
import type { RowLine } from './document.ts'
import { isPrintable, shellQuote } from './escape.ts'
import { plainText } from './words.ts'

/** Where a command begins in a sentence: at its start, or after a colon. */
const commandStart = /(?:^|: )(?=kubectl )/

/**
 * An instruction of a rule as a line: prose, a command, or prose that leads to a command. In the command every
 * untrusted value is a part of one shell word.
 */
export function instruction(text: Text): RowLine {
  const at = text.findIndex((piece) => piece.kind === 'words' && commandStart.test(piece.text))
  const piece = text[at]
  if (piece?.kind !== 'words') return { text: plainText(text) }
  const start = piece.text.search(commandStart)
  const colon = piece.text.startsWith(': ', start) ? 2 : 0
  const lead = [...text.slice(0, at), { kind: 'words' as const, text: piece.text.slice(0, start) }]
  const command = [{ kind: 'words' as const, text: piece.text.slice(start + colon) }, ...text.slice(at + 1)]
  const before = plainText(lead)
  const prose = before === '' ? '' : `${before}: `
  // A sentence goes on after it: as a line of its own it could not be pasted.
  if (command.some((part) => part.kind === 'words' && /[,;.](?: |$)/.test(part.text)))
    return { text: `${prose}${commandText(command)}` }
  return before === ''
    ? { command: commandText(command) }
    : { text: `${before}:`, command: commandText(command) }
}

/** An instruction as one plain line. */
export function instructionText(text: Text): string {
  const { text: prose, command } = instruction(text)
  return [prose, command].filter((part) => part !== undefined).join(' ')
}

/** Whether an instruction asks for a flag of a later version: rules name them already, nobody can paste them yet. */
export function isForLater(text: Text): boolean {
  return /\bkubectl netdoctor .*--(?:probe|live)\b/.test(plainText(text))
}

function commandText(text: Text): string {
  let quote = ''
  let result = ''
  for (const piece of text) {
    if (piece.kind === 'words') {
      quote = quoteAfter(piece.text, quote)
      result += piece.text
    } else {
      const value = piece.kind === 'value' ? maskUserinfo(piece.text) : piece.reference.name
      result += inQuotes(value, quote)
    }
  }
  return result
}

/** The quote that is open after our own words: `'`, `"` or none. */
function quoteAfter(words: string, open: string): string {
  let quote = open
  for (const character of words) {
    if (quote === '' && (character === "'" || character === '"')) quote = character
    else if (character === quote) quote = ''
  }
  return quote
}

/** A value where a quote may be open: closes it, quotes the value by itself, opens it again. */
function inQuotes(value: string, quote: string): string {
  if (quote === '') return shellQuote(value)
  const isHarmless = isPrintable(value) && !(quote === "'" ? /'/ : /["$`\\!]/).test(value)
  return isHarmless ? value : `${quote}${shellQuote(value)}${quote}`
}
