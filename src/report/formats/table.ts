import Table from 'cli-table3'
import type { Block, Document, Line, Row, RowLine, Span, Tone } from '../document.ts'
import { shorten, wrapLine, wrapText } from '../layout.ts'

export interface TextOptions {
  readonly width: number
  readonly color: boolean
  /** Tables as wide as their cells: nothing is shortened. */
  readonly isWide?: boolean | undefined
}

const codes: Readonly<Record<Tone, string>> = {
  plain: '',
  good: '32',
  bad: '31;1',
  warn: '33',
  unknown: '35',
  dim: '2',
  strong: '1',
}

const indent = '  '
const narrowest = 40

/** A document as text for a terminal or a pipe: readable at 80 columns and without colour. */
export function toText(document: Document, options: TextOptions): string {
  const width = Math.max(options.width, narrowest)
  const parts = document.map((block) => renderBlock(block, { ...options, width }))
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function renderBlock(block: Block, options: TextOptions): string {
  switch (block.kind) {
    case 'headline':
      return [block.line, ...(block.facts === undefined ? [] : [block.facts])]
        .map((line) => renderLine(line, options))
        .join('\n')
    case 'entry':
      return renderEntry(block, options)
    case 'table':
      return renderTable(block, options)
    case 'rows':
      return renderRows(block, options)
    case 'notes':
      return block.lines.map((line) => renderLine(line, options)).join('\n')
  }
}

function paint({ text, tone = 'plain' }: Span, { color }: TextOptions): string {
  return color && tone !== 'plain' && text !== '' ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text
}

const renderLine = (line: Line, options: TextOptions): string =>
  wrapLine(line, options.width, indent)
    .map((spans) => spans.map((span) => paint(span, options)).join(''))
    .join('\n')

function renderEntry(block: Extract<Block, { kind: 'entry' }>, options: TextOptions): string {
  const { mark, title, aside, paragraphs, rows } = block
  const room = options.width - indent.length
  const strong = (text: string): string => paint({ text, tone: 'strong' }, options)
  const right = (before: number): string =>
    `${' '.repeat(Math.max(indent.length, options.width - before - aside.length))}${paint({ text: aside, tone: 'dim' }, options)}`
  const [first = '', ...more] = wrapText(title, room)
  const last = indent.length + (more.at(-1) ?? first).length
  const isBeside = last + aside.length + indent.length <= options.width
  const titleLines = [
    `${paint(mark, options)} ${strong(first)}`,
    ...more.map((line) => `${indent}${strong(line)}`),
  ]
  return [
    `${titleLines.join('\n')}${isBeside ? right(last) : `\n${right(0)}`}`,
    ...paragraphs.flatMap((paragraph) => wrapText(paragraph, room).map((line) => `${indent}${line}`)),
    ...labelled(rows, options),
  ].join('\n')
}

function renderRows({ title, rows }: Extract<Block, { kind: 'rows' }>, options: TextOptions): string {
  return [...(title === undefined ? [] : [renderLine(title, options)]), ...labelled(rows, options)].join('\n')
}

function labelled(rows: readonly Row[], options: TextOptions): readonly string[] {
  const label = Math.max(0, ...rows.map((row) => row.label.length)) + 2
  return rows.flatMap((row) => renderRow(row, label, options))
}

function renderRow(row: Row, label: number, options: TextOptions): readonly string[] {
  const room = options.width - indent.length - label
  return row.lines
    .flatMap((line) => rowLines(line, room))
    .map((line, index) => {
      const head = (index === 0 ? row.label : '').padEnd(label)
      return `${indent}${paint({ text: head, tone: row.tone ?? 'dim' }, options)}${line}`
    })
}

/** A command stays on one line, behind its prose where both fit. */
function rowLines({ text, command }: RowLine, room: number): readonly string[] {
  const prose = text === undefined ? [] : wrapText(text, room)
  if (command === undefined) return prose
  const last = prose.at(-1)
  return last !== undefined && last.length + 1 + command.length <= room
    ? [...prose.slice(0, -1), `${last} ${command}`]
    : [...prose, command]
}

const columnGap = 2
const narrowestColumn = 12
const narrowestProse = 24

/** Widths that fit the line: prose at the end gives way first, then the widest column, down to a floor. */
function fittingWidths(rows: readonly (readonly string[])[], width: number): readonly number[] {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.max(...rows.map((cells) => (cells[index] ?? '').length)),
  )
  const room = width - indent.length - columnGap * Math.max(widths.length - 1, 0)
  const last = widths.length - 1
  const lastWidth = widths[last] ?? 0
  const isProse = rows.some((cells) => cells[last]?.includes(' '))
  if (isProse) widths[last] = Math.max(Math.min(lastWidth, narrowestProse), lastWidth - (sum(widths) - room))
  for (let over = sum(widths) - room; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths))
    const now = widths[widest] ?? 0
    if (now <= narrowestColumn) break
    widths[widest] = now - 1
  }
  return widths
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .map((side) => [side, '']),
)

/** kubectl-like columns without borders; cli-table3 measures wide characters and colours. */
function renderTable(
  { columns, rows, note }: Extract<Block, { kind: 'table' }>,
  options: TextOptions,
): string {
  const widths = fittingWidths(
    [columns, ...rows.map((row) => row.map(({ text }) => text))],
    options.isWide ? Number.POSITIVE_INFINITY : options.width,
  )
  const table = new Table({
    head: columns.map((column) => paint({ text: column, tone: 'dim' }, options)),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': columnGap },
  })
  for (const row of rows)
    table.push(
      row.map((cell, index) => {
        const width = widths[index] ?? 0
        // Prose at the end of a row is broken at its spaces; names are shortened, for a row is about one thing.
        const lines = index === row.length - 1 ? wrapText(cell.text, width) : [cell.text]
        return lines.map((line) => paint({ ...cell, text: shorten(line, width) }, options)).join('\n')
      }),
    )
  const lines = table
    .toString()
    .split('\n')
    .map((line) => `${indent}${line}`.trimEnd())
  return [...lines, ...(note === undefined ? [] : [renderLine(note, options)])].join('\n')
}
