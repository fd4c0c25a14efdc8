import { catalogue } from '../rules/catalogue.ts'
import type { AnyRule } from '../rules/rule.ts'
import { nearest } from '../rules/similar.ts'
import { KnownError } from '../snapshot/known-error.ts'
import { defineCommand } from './command.ts'
import { printFlags } from './options.ts'
import { print } from './print.ts'

export const explain = defineCommand({
  usage: 'explain <rule>',
  describe: 'one rule: meaning, proof, fix',
  completes: { rule: { of: 'words', words: catalogue.map(({ id }) => id) } },
  flags: (yargs) =>
    printFlags(yargs).positional('rule', {
      type: 'string',
      demandOption: true,
      describe: 'a rule id, such as service/selector-near-miss',
    }),
  run: async (args, terminal) => {
    const rule = findRule(args.rule)
    const { id, title, severity, subject, docs } = rule
    print(args, terminal, {
      result: () => ({ id, title, severity, subject, docs }),
      document: () => [
        {
          kind: 'entry',
          mark: { text: '§', tone: 'dim' },
          title,
          aside: id,
          paragraphs: [],
          rows: [
            { label: 'severity', lines: [{ text: `${severity}, about a ${subject}` }] },
            { label: 'means', lines: [{ text: docs.means }] },
            { label: 'why', lines: [{ text: docs.why }] },
            { label: 'proof', lines: [{ text: docs.proof }] },
            { label: 'fix', lines: [{ text: docs.fix }] },
            { label: 'false alarm', lines: [{ text: docs.falseAlarmWhen }] },
          ],
        },
      ],
    })
    return 0
  },
})

/** The rule of that id, or the only one that ends so. */
function findRule(text: string): AnyRule {
  const matching = catalogue.filter(({ id }) => id === text || id.endsWith(`/${text}`))
  const [rule] = matching
  if (rule !== undefined && matching.length === 1) return rule
  const near =
    matching.length > 1
      ? matching.map(({ id }) => id)
      : nearest(
          text,
          catalogue.map(({ id }) => id),
        )
  const hint = near.length === 0 ? 'kubectl netdoctor rules lists them' : `did you mean ${near.join(' or ')}?`
  throw new KnownError('RULE_NOT_FOUND', `there is no rule "${text}": ${hint}`)
}
