import type { Document } from '../report/document.ts'
import { toJson, toYaml } from '../report/formats/json.ts'
import { toMarkdown } from '../report/formats/markdown.ts'
import { toText } from '../report/formats/table.ts'
import type { PrintArguments } from './options.ts'
import { type Terminal, usesColor } from './terminal.ts'

interface Answer {
  readonly result: () => unknown
  readonly document: () => Document
}

/** Prints one answer in the format that was asked for: the result as data, or the document as text. */
export function print(
  args: Pick<PrintArguments, 'output' | 'color'>,
  terminal: Terminal,
  answer: Answer,
): void {
  terminal.out(rendered(args, terminal, answer))
}

function rendered(
  { output, color }: Pick<PrintArguments, 'output' | 'color'>,
  terminal: Terminal,
  answer: Answer,
): string {
  switch (output) {
    case 'json':
      return toJson(answer.result())
    case 'yaml':
      return toYaml(answer.result())
    case 'markdown':
      return toMarkdown(answer.document())
    case 'table':
    case 'wide':
      return toText(answer.document(), { width: terminal.width, color: usesColor(color, terminal) })
  }
}
