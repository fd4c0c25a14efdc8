import { Network } from '../network/network.ts'
import { serviceView } from '../report/views/service.ts'
import { answer } from './answer.ts'
import { defineCommand } from './command.ts'
import { withInput } from './input.ts'
import { questionFlags } from './options.ts'
import { findService, parseServicePlace, requireService } from './places.ts'
import { namespaceOf } from './target-namespace.ts'

export const svc = defineCommand({
  usage: 'svc <name>',
  describe: 'one Service: callers, hops, fix',
  examples: [['kubectl netdoctor svc auth -n shop', 'why a Service does not answer']],
  flags: (yargs) =>
    questionFlags(yargs).positional('name', {
      type: 'string',
      demandOption: true,
      describe: '[NAMESPACE/]NAME, svc/NAME or NAME.NAMESPACE',
    }),
  run: (args, terminal) => {
    const argument = parseServicePlace(args.name)
    requireService(argument)
    return withInput(
      { ...args, namespace: argument.namespace ?? args.namespace },
      { everything: false },
      terminal,
      (input) => {
        const network = Network.of(input.snapshot)
        const service = findService(argument, namespaceOf(argument, ['Service'], input), network)
        const { namespace = '', name } = service.metadata
        return answer(
          { kind: 'service', namespace, name },
          input,
          network,
          args,
          terminal,
          (diagnosis, world, options) => serviceView(diagnosis, service, world, options),
        )
      },
    )
  },
})
