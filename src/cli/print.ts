import type { Document } from '../report/document.ts'
import { jsonPieces, toYaml } from '../report/formats/json.ts'
import { toMarkdown } from '../report/formats/markdown.ts'
import { toText } from '../report/formats/table.ts'
import type { PrintArguments } from './options.ts'
import { type Terminal, usesColor } from './terminal.ts'
import { UsageError } from './usage-error.ts'

interface Answer {
  readonly result: () => unknown
  readonly document: () => Document
  /** Formats that not every answer has. */
  readonly csv?: (() => string) | undefined
  readonly junit?: (() => string) | undefined
}

interface Format extends Pick<PrintArguments, 'color'> {
  readonly output: PrintArguments['output'] | 'csv' | 'junit'
}

/**
 * Prints one answer in the format that was asked for: the result as data, or the document as text.
 *
 * @throws UsageError when this answer has no such format
 */
export function print(args: Format, terminal: Terminal, answer: Answer): void {
  for (const piece of rendered(args, terminal, answer)) terminal.out(piece)
}

const only = { csv: 'csv is for --matrix', junit: 'junit is for --assert' } as const

function rendered({ output, color }: Format, terminal: Terminal, answer: Answer): Iterable<string> {
  switch (output) {
    case 'json':
      return jsonPieces(answer.result())
    case 'yaml':
      return [toYaml(answer.result())]
    case 'markdown':
      return [toMarkdown(answer.document())]
    case 'csv':
    case 'junit': {
      const write = answer[output]
      if (write !== undefined) return [write()]
      throw new UsageError(
        'USAGE',
        `--output "${output}": this question has table, wide, json, yaml or markdown; ${only[output]}`,
      )
    }
    case 'table':
    case 'wide':
      return [
        toText(answer.document(), {
          width: terminal.width,
          color: usesColor(color, terminal),
          isWide: output === 'wide',
        }),
      ]
  }
}
