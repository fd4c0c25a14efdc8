/** A word of a shell command, with where it stands in the script; quotes around the whole word are not part of it. */
export interface Word {
  readonly text: string
  readonly start: number
}

const separators = new Set([...';&|\n(){}'])

/**
 * Splits a script into simple commands: lists of words. Quotes and backslashes are followed, comments are left out,
 * and what `$( )` or a pipe holds is a command of its own. One pass over the text.
 *
 * It is no shell: functions, loops and here-documents are read as if each of their lines was a command.
 */
export function commandsOf(script: string): readonly (readonly Word[])[] {
  const commands: (readonly Word[])[] = []
  let words: Word[] = []
  const finish = (): void => {
    if (words.length > 0) commands.push(words)
    words = []
  }
  let at = 0
  while (at < script.length) {
    const char = script[at] ?? ''
    if (separators.has(char)) {
      finish()
      at++
    } else if (char === ' ' || char === '\t' || char === '\r' || (char === '\\' && script[at + 1] === '\n')) {
      at += char === '\\' ? 2 : 1
    } else if (char === '#') {
      at = lineEnd(script, at)
    } else {
      const end = wordEnd(script, at)
      words.push(wordOf(script, at, end))
      at = end
    }
  }
  finish()
  return commands
}

function lineEnd(script: string, start: number): number {
  const end = script.indexOf('\n', start)
  return end === -1 ? script.length : end
}

/** The end of a word; always behind its start. */
function wordEnd(script: string, start: number): number {
  let quote = ''
  let braces = 0
  let at = start
  for (; at < script.length; at++) {
    const char = script[at] ?? ''
    if (char === '\\' && quote !== "'") at++
    else if (quote !== '') quote = char === quote ? '' : quote
    else if (char === '"' || char === "'") quote = char
    else if (char === '{' && script[at - 1] === '$') braces++
    else if (char === '}' && braces > 0) braces--
    else if (char === ' ' || char === '\t' || char === '\r' || separators.has(char)) break
  }
  return Math.max(Math.min(at, script.length), start + 1)
}

function wordOf(script: string, start: number, end: number): Word {
  const first = script[start]
  const isQuoted = (first === '"' || first === "'") && end - start > 1 && script[end - 1] === first
  return isQuoted
    ? { text: script.slice(start + 1, end - 1), start: start + 1 }
    : { text: script.slice(start, end), start }
}

/** Whether the word behind this one is a script: `-c` of a shell, alone or with other letters as in `-ec`. */
export function isScriptFlag(word: string): boolean {
  return /^-[a-z]{0,4}c$/.test(word)
}
