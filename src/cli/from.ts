import { Network } from '../network/network.ts'
import { clientView } from '../report/views/client.ts'
import { answer } from './answer.ts'
import { defineCommand } from './command.ts'
import { withInput } from './input.ts'
import { questionFlags } from './options.ts'
import { clientKinds, findWorkload, parsePlace, parseTypeAndName, requireClient } from './places.ts'
import { namespaceOf } from './target-namespace.ts'

export const from = defineCommand({
  usage: 'from <client> [name]',
  describe: 'one client: all that it dials',
  examples: [['kubectl netdoctor from deploy/web', 'what a client dials, hop by hop']],
  flags: (yargs) =>
    questionFlags(yargs)
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
      { everything: false },
      terminal,
      (input) => {
        const network = Network.of(input.snapshot)
        const workload = findWorkload(argument, namespaceOf(argument, clientKinds, input), network)
        return answer(
          { kind: 'from', namespace: workload.namespace, workload: workload.key },
          input,
          network,
          args,
          terminal,
          (diagnosis, _, options) => clientView(diagnosis, workload, options),
        )
      },
    )
  },
})
