import Table from 'cli-table3'
import type { Block, Document, Line, Row, Span, Tone } from '../document.ts'

export interface TextOptions {
  readonly width: number
  readonly color: boolean
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
      return wrapPlain(renderLine(block.line, options), options, '')
    case 'entry':
      return renderEntry(block, options)
    case 'table':
      return renderTable(block, options)
    case 'notes':
      return block.lines.map((line) => wrapLine(line, options)).join('\n')
    case 'code':
      return block.lines.map((line) => `${indent}${line}`).join('\n')
  }
}

function paint({ text, tone = 'plain' }: Span, { color }: TextOptions): string {
  return color && tone !== 'plain' ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text
}

const renderLine = (line: Line, options: TextOptions): string =>
  line.map((span) => paint(span, options)).join('')

/** Headlines are one line wherever they fit; a terminal folds the rest better than we could through colours. */
function wrapPlain(text: string, { color, width }: TextOptions, prefix: string): string {
  return color ? text : wrap(text, width, prefix).join('\n')
}

function wrapLine(line: Line, options: TextOptions): string {
  const plain = line.map(({ text }) => text).join('')
  return plain.length <= options.width
    ? renderLine(line, options)
    : wrap(plain, options.width, indent).join('\n')
}

/** Breaks at spaces so that no line is wider than `width`, unless one word is; later lines start with `prefix`. */
function wrap(text: string, width: number, prefix: string): readonly string[] {
  const lines: string[] = []
  let current = ''
  for (const word of text.split(' ')) {
    const candidate = current === '' ? word : `${current} ${word}`
    if (candidate.length <= width || current.trim() === '') current = candidate
    else {
      lines.push(current)
      current = `${prefix}${word}`
    }
  }
  return [...lines, current]
}

function renderEntry(block: Extract<Block, { kind: 'entry' }>, options: TextOptions): string {
  const { mark, title, aside, paragraphs, rows } = block
  const lines: string[] = []
  const room = options.width - 2
  const titleLines = wrap(title, room, '')
  const lastTitle = titleLines.at(-1) ?? ''
  const fits = titleLines.length === 1 && lastTitle.length + aside.length + 3 <= room
  for (const [index, line] of titleLines.entries()) {
    const gap = ' '.repeat(Math.max(1, room - line.length - aside.length))
    const right = fits ? `${gap}${paint({ text: aside, tone: 'dim' }, options)}` : ''
    lines.push(
      `${index === 0 ? paint(mark, options) : ' '} ${paint({ text: line, tone: 'strong' }, options)}${right}`,
    )
  }
  if (!fits)
    lines.push(
      `${' '.repeat(Math.max(2, options.width - aside.length))}${paint({ text: aside, tone: 'dim' }, options)}`,
    )
  for (const paragraph of paragraphs)
    lines.push(...wrap(paragraph, room, '').map((line) => `${indent}${line}`))
  const label = Math.max(0, ...rows.map((row) => row.label.length)) + 2
  for (const row of rows) lines.push(...renderRow(row, label, options))
  return lines.join('\n')
}

function renderRow(row: Row, label: number, options: TextOptions): readonly string[] {
  const room = options.width - indent.length - label
  const lines = row.lines.flatMap(({ text, isCommand }) =>
    isCommand === true ? [text] : wrap(text, room, ''),
  )
  return lines.map((line, index) => {
    const head = (index === 0 ? row.label : '').padEnd(label)
    return `${indent}${paint({ text: head, tone: row.tone ?? 'dim' }, options)}${line}`
  })
}

const columnGap = 2
const narrowestColumn = 12

/** Widths that fit the line: the widest column gives way first, down to a floor. */
function fittingWidths(rows: readonly (readonly string[])[], width: number): readonly number[] {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.max(...rows.map((cells) => (cells[index] ?? '').length)),
  )
  const room = width - indent.length - columnGap * Math.max(widths.length - 1, 0)
  for (let over = sum(widths) - room; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths))
    const now = widths[widest] ?? 0
    if (now <= narrowestColumn) break
    widths[widest] = now - 1
  }
  return widths
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .map((side) => [side, '']),
)

/** kubectl-like columns without borders; cli-table3 measures wide characters and colours. */
function renderTable({ columns, rows }: Extract<Block, { kind: 'table' }>, options: TextOptions): string {
  const widths = fittingWidths([columns, ...rows.map((row) => row.map(({ text }) => text))], options.width)
  const table = new Table({
    head: columns.map((column) => paint({ text: column, tone: 'dim' }, options)),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': columnGap },
  })
  for (const row of rows)
    table.push(
      row.map((cell, index) => paint({ ...cell, text: cut(cell.text, widths[index] ?? 0) }, options)),
    )
  return table
    .toString()
    .split('\n')
    .map((line) => `${indent}${line}`.trimEnd())
    .join('\n')
}
