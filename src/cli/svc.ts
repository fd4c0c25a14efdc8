import type { Question } from '../diagnosis/question.ts'
import { Network } from '../network/network.ts'
import { serviceView } from '../report/views/service.ts'
import type { Service } from '../snapshot/kinds/service.ts'
import { answer } from './answer.ts'
import { defineCommand } from './command.ts'
import { serviceName } from './completion/value.ts'
import { type Input, withInput } from './input.ts'
import { interruptible } from './interrupt.ts'
import { allNamespacesFlag, questionFlags, watchFlag } from './options.ts'
import { findService, type PlaceArgument, parseServicePlace, requireService } from './places.ts'
import { namespaceOf } from './target-namespace.ts'
import { requireWatchable, type Watched, watchAnswer } from './watch.ts'
import { furtherFor } from './whole-cluster.ts'

export const svc = defineCommand({
  usage: 'svc <name>',
  describe: 'one Service: callers, hops, fix',
  examples: [
    ['kubectl netdoctor svc auth -n shop', 'why a Service does not answer'],
    ['kubectl netdoctor svc auth -n shop --watch', 'and what changes while you mend it'],
  ],
  completes: { name: serviceName },
  flags: (yargs) =>
    watchFlag(
      allNamespacesFlag(questionFlags(yargs), 'look for callers everywhere, also in a large cluster'),
    ).positional('name', {
      type: 'string',
      demandOption: true,
      describe: '[NAMESPACE/]NAME, svc/NAME or NAME.NAMESPACE',
    }),
  run: (args, terminal) => {
    const argument = parseServicePlace(args.name)
    requireService(argument)
    if (args.watch) requireWatchable(args)
    return withInput(
      { ...args, namespace: argument.namespace ?? args.namespace },
      {
        everything: false,
        further: furtherFor(args, (first, network) => questionAbout(serviceOf(argument, first, network))),
      },
      terminal,
      (input) => {
        const network = Network.of(input.snapshot)
        const service = serviceOf(argument, input, network)
        const { session } = input
        if (args.watch && session !== undefined) {
          const watched = watchedService(service, args.output === 'wide')
          return interruptible(() => watchAnswer(watched, input.snapshot, session, args, terminal))
        }
        return answer(questionAbout(service), input, network, args, terminal, (diagnosis, world, options) =>
          serviceView(diagnosis, service, world, options),
        )
      },
    )
  },
})

function serviceOf(argument: PlaceArgument, input: Input, network: Network): Service {
  return findService(argument, namespaceOf(argument, ['Service'], input), network)
}

function watchedService(service: Service, isWide: boolean): Watched {
  const { namespace = '', name } = service.metadata
  return {
    question: questionAbout(service),
    view: (diagnosis, network) => {
      const [current] = network.services.get(namespace, name).items
      return current && serviceView(diagnosis, current, network, { isWide, isLive: true, locate: undefined })
    },
  }
}

function questionAbout({ metadata: { namespace = '', name } }: Service): Question {
  return { kind: 'service', namespace, name }
}
