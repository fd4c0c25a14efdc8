import { Network } from '../network/network.ts'
import { scanView } from '../report/views/scan.ts'
import { answer } from './answer.ts'
import { defineCommand } from './command.ts'
import { withInput } from './input.ts'
import { allNamespacesFlag, questionFlags } from './options.ts'

export const scan = defineCommand({
  usage: ['$0', 'scan'],
  describe: 'what is broken, worst first',
  examples: [
    ['kubectl netdoctor', 'what is broken here'],
    ['kubectl netdoctor -f manifests/', 'the same, of files'],
  ],
  flags: (yargs) => allNamespacesFlag(questionFlags(yargs), 'the whole cluster'),
  run: (args, terminal) => {
    const everything = args['all-namespaces']
    return withInput(args, { everything }, terminal, (input) => {
      const namespaces = everything || input.namespace === undefined ? ('all' as const) : [input.namespace]
      return answer(
        { kind: 'scan', namespaces },
        input,
        Network.of(input.snapshot),
        args,
        terminal,
        (diagnosis, _, options) => scanView(diagnosis, options),
      )
    })
  },
})
