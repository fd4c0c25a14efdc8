import type { Question } from '../diagnosis/question.ts'
import { Network } from '../network/network.ts'
import type { Workload } from '../network/workloads/workload.ts'
import { clientView } from '../report/views/client.ts'
import { answer } from './answer.ts'
import { defineCommand } from './command.ts'
import { client } from './completion/value.ts'
import { type Input, withInput } from './input.ts'
import { allNamespacesFlag, questionFlags } from './options.ts'
import {
  clientKinds,
  findWorkload,
  type PlaceArgument,
  parsePlace,
  parseTypeAndName,
  requireClient,
} from './places.ts'
import { namespaceOf } from './target-namespace.ts'
import { furtherFor } from './whole-cluster.ts'

export const from = defineCommand({
  usage: 'from <client> [name]',
  describe: 'one client: all that it dials',
  examples: [['kubectl netdoctor from deploy/web', 'what a client dials, hop by hop']],
  completes: { client },
  flags: (yargs) =>
    allNamespacesFlag(questionFlags(yargs), 'read all of the cluster, also of a large one')
      .positional('client', {
        type: 'string',
        demandOption: true,
        describe: '[NAMESPACE/]TYPE/NAME, such as deploy/web, or TYPE NAME',
      })
      .positional('name', { type: 'string', describe: 'the name, where only a type stands before it' }),
  run: (args, terminal) => {
    const argument =
      args.name === undefined ? parsePlace(args.client) : parseTypeAndName(args.client, args.name)
    requireClient(argument)
    return withInput(
      { ...args, namespace: argument.namespace ?? args.namespace },
      {
        everything: false,
        further: furtherFor(args, (first, network) => questionAbout(clientOf(argument, first, network))),
      },
      terminal,
      (input) => {
        const network = Network.of(input.snapshot)
        const workload = clientOf(argument, input, network)
        return answer(questionAbout(workload), input, network, args, terminal, (diagnosis, _, options) =>
          clientView(diagnosis, workload, options),
        )
      },
    )
  },
})

function clientOf(argument: PlaceArgument, input: Input, network: Network): Workload {
  return findWorkload(argument, namespaceOf(argument, clientKinds, input), network)
}

function questionAbout({ namespace, key }: Workload): Question {
  return { kind: 'from', namespace, workload: key }
}
