import { catalogue } from '../src/rules/catalogue.ts'
import type { AnyRule } from '../src/rules/rule.ts'
import { type KindName, kinds } from '../src/snapshot/kinds/kinds.ts'

type Reads = ReadonlyMap<string, readonly KindName[]>

/** The page of each rule, and their index, by file name. */
export function rulePages(banner: string, reads: Reads): ReadonlyMap<string, string> {
  const pages = new Map(
    catalogue.map((rule) => [fileName(rule), page(rule, banner, reads.get(rule.id) ?? [])]),
  )
  return pages.set('README.md', index(banner))
}

function fileName(rule: AnyRule): string {
  return `${rule.id.replace('/', '-')}.md`
}

function page(rule: AnyRule, banner: string, read: readonly KindName[]): string {
  const { docs } = rule
  return [
    `<!-- ${banner} -->`,
    `# ${rule.id}`,
    '',
    `${rule.title}. Severity: ${rule.severity}. About: ${rule.subject}.`,
    ...section('What it means', docs.means),
    ...section('Why it happens', docs.why),
    ...section('How it is proved', docs.proof),
    ...section('Fix', docs.fix),
    ...section('When it would be a false alarm', docs.falseAlarmWhen),
    ...section(
      'What it looks at',
      read.length === 0 ? 'Only the object itself.' : read.map((kind) => kinds[kind].plural).join(', '),
    ),
    '',
  ].join('\n')
}

function section(title: string, text: string): readonly string[] {
  return ['', `## ${title}`, '', text]
}

function index(banner: string): string {
  return [
    `<!-- ${banner} -->`,
    '# Rules',
    '',
    '| rule | severity | what is wrong |',
    '| --- | --- | --- |',
    ...catalogue.map((rule) => `| [${rule.id}](${fileName(rule)}) | ${rule.severity} | ${rule.title} |`),
    '',
  ].join('\n')
}
