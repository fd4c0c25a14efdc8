import { catalogue } from '../rules/catalogue.ts'
import { defineCommand } from './command.ts'
import { formats } from './options.ts'
import { print } from './print.ts'

export const rules = defineCommand({
  usage: 'rules',
  describe: 'everything that can be found, one line each',
  flags: (yargs) =>
    yargs.option('output', {
      choices: formats,
      alias: 'o',
      default: 'table' as const,
      describe: 'output format',
    }),
  run: async (args, terminal) => {
    print({ output: args.output, color: 'auto' }, terminal, {
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
