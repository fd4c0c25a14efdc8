import type { Block, Document, Line } from '../document.ts'

/** Characters that mean something in Markdown, HTML included; `@` would notify people in a ticket. */
function escapeMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/([\\`*_[\]|#~>])/g, '\\$1')
    .replaceAll('@', '@\u200b')
}

/** A command as code: nothing in it is Markdown, and no backtick in it can end it. */
function code(text: string): string {
  const longestRun = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longestRun + 1)
  return longestRun === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`
}

const lineText = (line: Line): string => escapeMarkdown(line.map(({ text }) => text).join(''))

/** A document as Markdown, for tickets and chat. */
export function toMarkdown(document: Document): string {
  return `${document.map(renderBlock).join('\n\n')}\n`
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'headline':
      return `**${lineText(block.line)}**`
    case 'entry':
      return [
        `### ${block.mark.text} ${escapeMarkdown(block.title)}`,
        '',
        code(block.aside),
        ...block.paragraphs.flatMap((paragraph) => ['', escapeMarkdown(paragraph)]),
        '',
        ...block.rows.flatMap(({ label, lines }) =>
          lines.map(({ text, isCommand }, index) => {
            const content = isCommand === true ? code(text) : escapeMarkdown(text)
            return index === 0 ? `* **${escapeMarkdown(label)}**: ${content}` : `  * ${content}`
          }),
        ),
      ].join('\n')
    case 'table':
      return [
        `| ${block.columns.map(escapeMarkdown).join(' | ')} |`,
        `| ${block.columns.map(() => '---').join(' | ')} |`,
        ...block.rows.map((row) => `| ${row.map(({ text }) => escapeMarkdown(text)).join(' | ')} |`),
      ].join('\n')
    case 'notes':
      return block.lines.map((line) => `* ${lineText(line)}`).join('\n')
    case 'code':
      return block.lines.map((line) => `    ${line}`).join('\n')
  }
}
