import { catalogue } from '../src/rules/catalogue.ts'
import type { AnyRule } from '../src/rules/rule.ts'

/** The page of each rule, and their index, by file name. */
export async function rulePages(banner: string): Promise<ReadonlyMap<string, string>> {
  const pages = new Map(catalogue.map((rule) => [fileName(rule), page(rule, banner)]))
  return pages.set('README.md', index(banner))
}

function fileName(rule: AnyRule): string {
  return `${rule.id.replace('/', '-')}.md`
}

function page(rule: AnyRule, banner: string): string {
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
