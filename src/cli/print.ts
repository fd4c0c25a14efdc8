import type { Document } from '../report/document.ts'
import { toJson, toYaml } from '../report/formats/json.ts'
import { toMarkdown } from '../report/formats/markdown.ts'
import { toText } from '../report/formats/table.ts'
import type { OutputArguments } from './options.ts'
import { type Terminal, usesColor } from './terminal.ts'

/** Prints one answer in the format that was asked for: the result as data, or the document as text. */
export function print(
  args: Pick<OutputArguments, 'output' | 'color'>,
  terminal: Terminal,
  answer: { readonly result: () => unknown; readonly document: () => Document },
): void {
  switch (args.output) {
    case 'json':
      return terminal.out(toJson(answer.result()))
    case 'yaml':
      return terminal.out(toYaml(answer.result()))
    case 'markdown':
      return terminal.out(toMarkdown(answer.document()))
    case 'table':
    case 'wide':
      return terminal.out(
        toText(answer.document(), { width: terminal.width, color: usesColor(args.color, terminal) }),
      )
  }
}
