import { catalogue } from '../rules/catalogue.ts'
import { defineCommand } from './command.ts'
import { printFlags } from './options.ts'
import { print } from './print.ts'

export const rules = defineCommand({
  usage: 'rules',
  describe: 'everything that can be found',
  flags: (yargs) => printFlags(yargs),
  run: async (args, terminal) => {
    print(args, terminal, {
      result: () => catalogue.map(({ id, severity, subject, title }) => ({ id, severity, subject, title })),
      document: () => [
        {
          kind: 'table',
          columns: ['RULE', 'SEVERITY', 'WHAT IS WRONG'],
          rows: catalogue.map(({ id, severity, title }) => [
            { text: id },
            { text: severity },
            { text: title },
          ]),
        },
        { kind: 'notes', lines: [[{ text: 'kubectl netdoctor explain RULE tells more', tone: 'dim' }]] },
      ],
    })
    return 0
  },
})
