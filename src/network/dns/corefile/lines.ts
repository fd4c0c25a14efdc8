import type { Token } from './lexer.ts'

/** A line of a plugin's configuration: its words, and the lines of the block that it opens. */
export interface Line {
  readonly words: readonly string[]
  /** In its own file, from 1. */
  readonly line: number
  /** The imported file that it stands in; '' for the Corefile itself. */
  readonly file: string
  readonly block: readonly Line[]
}

/** The words of a plugin as lines with blocks. Braces are known to be paired. */
export function grouped(words: readonly Token[], starts: ReadonlySet<number>): Line {
  interface Open {
    readonly words: string[]
    readonly line: number
    readonly file: string
    readonly block: Open[]
  }
  const open = ({ line, file }: Token): Open => ({ words: [], line, file, block: [] })
  const [first] = words
  const root = open(first ?? { text: '', line: 1, breaks: 0, file: '' })
  const stack: { readonly lines: Open[]; current: Open | undefined }[] = [{ lines: [root], current: root }]
  for (const [index, token] of words.entries()) {
    const top = stack.at(-1)
    if (top === undefined) break
    if (token.text === '{') {
      const owner = top.current ?? root
      stack.push({ lines: owner.block, current: undefined })
    } else if (token.text === '}') stack.pop()
    else {
      if (top.current === undefined || (starts.has(index) && stack.length > 1)) {
        top.current = open(token)
        top.lines.push(top.current)
      }
      top.current.words.push(token.text)
    }
  }
  return root
}
