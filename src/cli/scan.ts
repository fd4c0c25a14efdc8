import type { Question } from '../diagnosis/question.ts'
import { Network } from '../network/network.ts'
import { scanView } from '../report/views/scan.ts'
import { answer } from './answer.ts'
import { defineCommand } from './command.ts'
import { type Input, withInput } from './input.ts'
import { allNamespacesFlag, questionFlags } from './options.ts'
import { furtherFor } from './whole-cluster.ts'

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
    const question = ({ namespace }: Input): Question => ({
      kind: 'scan',
      namespaces: everything || namespace === undefined ? 'all' : [namespace],
    })
    const wants = { everything, further: furtherFor(args, question) }
    return withInput(args, wants, terminal, (input) => {
      return answer(
        question(input),
        input,
        Network.of(input.snapshot),
        args,
        terminal,
        (diagnosis, _, options) => scanView(diagnosis, options),
      )
    })
  },
})
