import type { Block, Document, Line, Row, RowLine } from '../document.ts'

/**
 * Characters that mean something in Markdown anywhere, HTML included. An `@` would notify people in a ticket: an empty
 * comment after it keeps it from being a mention.
 */
function escapeInline(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/([\\`*_[\]|#~])/g, '\\$1')
    .replaceAll('@', '@<!-- -->')
}

/** Text that may stand at the start of a line, where a list or a quote would begin. */
function escapeMarkdown(text: string): string {
  return escapeInline(text)
    .replace(/^>/, '\\>')
    .replace(/^(\s*)([-+=])(?=\s|$|[-=])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2')
}

/** A command as code: nothing in it is Markdown, and no backtick in it can end it. */
function code(text: string): string {
  const longestRun = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longestRun + 1)
  return longestRun === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`
}

function rowLine({ text, command }: RowLine): string {
  return [
    ...(text === undefined ? [] : [escapeMarkdown(text)]),
    ...(command === undefined ? [] : [code(command)]),
  ].join(' ')
}

function rowLines(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ label, lines }) =>
    lines.map((line, index) =>
      index === 0 ? `* **${escapeMarkdown(label)}**: ${rowLine(line)}` : `  * ${rowLine(line)}`,
    ),
  )
}

const lineText = (line: Line): string => escapeMarkdown(line.map(({ text }) => text).join(''))

/** A document as Markdown, for tickets and chat. */
export function toMarkdown(document: Document): string {
  return `${document.map(renderBlock).join('\n\n')}\n`
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'headline':
      return `**${lineText(block.line)}**${block.facts === undefined ? '' : `\n\n${lineText(block.facts).trimStart()}`}`
    case 'entry':
      return [
        `### ${block.mark.text} ${escapeMarkdown(block.title)}`,
        '',
        code(block.aside),
        ...block.paragraphs.flatMap((paragraph) => ['', escapeMarkdown(paragraph)]),
        '',
        ...rowLines(block.rows),
      ].join('\n')
    case 'rows':
      return [
        ...(block.title === undefined ? [] : [`**${lineText(block.title)}**`, '']),
        ...rowLines(block.rows),
      ].join('\n')
    case 'table':
      return [
        `| ${block.columns.map(escapeInline).join(' | ')} |`,
        `| ${block.columns.map(() => '---').join(' | ')} |`,
        ...block.rows.map((row) => `| ${row.map(({ text }) => escapeInline(text)).join(' | ')} |`),
        ...(block.note === undefined ? [] : ['', lineText(block.note).trimStart()]),
      ].join('\n')
    case 'notes':
      return block.lines.map((line) => `* ${lineText(line).trimStart()}`).join('\n')
  }
}
