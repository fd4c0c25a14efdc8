import { Network } from '../network/network.ts'
import { clientView } from '../report/views/client.ts'
import { answer } from './answer.ts'
import { defineCommand } from './command.ts'
import { withInput } from './input.ts'
import { questionFlags } from './options.ts'
import { findWorkload, parsePlace } from './places.ts'
import { namespaceOf } from './target-namespace.ts'

export const from = defineCommand({
  usage: 'from <client>',
  describe: 'one client: everything that it dials, hop by hop',
  flags: (yargs) =>
    questionFlags(yargs).positional('client', {
      type: 'string',
      demandOption: true,
      describe: '[NAMESPACE/]TYPE/NAME, such as deploy/web',
    }),
  run: (args, terminal) => {
    const argument = parsePlace(args.client)
    return withInput(
      { ...args, namespace: argument.namespace ?? args.namespace },
      { everything: false },
      terminal,
      (input) => {
        const network = Network.of(input.snapshot)
        const workload = findWorkload(argument, namespaceOf(argument, input, network), network)
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
