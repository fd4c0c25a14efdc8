import { diagnose } from '../diagnosis/diagnose.ts'
import { answerName, dnsQuestion, type NameAnswer, type NameAsker } from '../diagnosis/dns/name-answer.ts'
import { clusterDns } from '../network/dns/cluster-dns.ts'
import { Network } from '../network/network.ts'
import { dnsResult } from '../report/dns-result.ts'
import { dnsHealthView } from '../report/views/dns-health.ts'
import { dnsNameView } from '../report/views/dns-name.ts'
import type { ViewOptions } from '../report/views/problem.ts'
import { maskTyped } from '../snapshot/mask-text.ts'
import { defineCommand } from './command.ts'
import { client, serviceName } from './completion/value.ts'
import { type ExitCode, exitCodeOf } from './exit-code.ts'
import { type Input, withInput } from './input.ts'
import { allNamespacesFlag, failureFlags, inputFlags, type OutputArguments, printFlags } from './options.ts'
import { clientKinds, findWorkload, type PlaceArgument, parsePlace, requireClient } from './places.ts'
import { print } from './print.ts'
import { namespaceOf } from './target-namespace.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import { furtherFor } from './whole-cluster.ts'

type Printing = Pick<OutputArguments, 'output' | 'color' | 'fail-on' | 'strict'>

export const dns = defineCommand({
  usage: 'dns [name]',
  describe: 'what a name becomes; health of cluster DNS',
  examples: [
    ['kubectl netdoctor dns', 'the DNS of the cluster: Service, pods, Corefile'],
    ['kubectl netdoctor dns db.shop --from deploy/web', 'what a name becomes for a client, and why'],
  ],
  completes: { name: serviceName, from: client },
  flags: (yargs) =>
    allNamespacesFlag(
      failureFlags(printFlags(inputFlags(yargs))),
      'read all of the cluster, also of a large one',
    )
      .option('from', {
        type: 'string',
        requiresArg: true,
        describe: 'who asks: [NAMESPACE/]TYPE/NAME; without it, a pod with the usual settings',
      })
      .positional('name', {
        type: 'string',
        describe: 'the name as a program would use it; _port._tcp.NAME for SRV',
      }),
  run: (args, terminal) => {
    const argument = args.from === undefined ? undefined : parsePlace(args.from)
    if (argument !== undefined) requireClient(argument)
    if (argument !== undefined && args.name === undefined)
      throw new UsageError('USAGE', 'dns: --from needs a name: kubectl netdoctor dns NAME --from deploy/web')
    return withInput(
      { ...args, namespace: argument?.namespace ?? args.namespace },
      {
        everything: args['all-namespaces'],
        namespaces: ['kube-system'],
        further: furtherFor(args, (_, network) => dnsQuestion(network)),
      },
      terminal,
      (input) => {
        const network = Network.of(input.snapshot)
        return args.name === undefined
          ? health(network, input, args, terminal)
          : about(
              answerName(maskTyped(args.name), askerOf(argument, input, network), network),
              input,
              args,
              terminal,
            )
      },
    )
  },
})

/** A client, or any pod of the namespace that is meant. */
function askerOf(argument: PlaceArgument | undefined, input: Input, network: Network): NameAsker {
  if (argument !== undefined)
    return {
      kind: 'workload',
      workload: findWorkload(argument, namespaceOf(argument, clientKinds, input), network),
    }
  const [first = 'default'] = network.workloads.namespaces().filter((name) => name !== 'kube-system')
  return { kind: 'namespace', namespace: input.namespace ?? first }
}

const optionsFor = (input: Input, { output }: Printing): ViewOptions => ({
  isWide: output === 'wide' || output === 'markdown',
  isLive: input.session !== undefined,
  locate: input.locate,
})

function health(network: Network, input: Input, args: Printing, terminal: Terminal): ExitCode {
  const diagnosis = diagnose(dnsQuestion(network), network)
  print(args, terminal, {
    result: () => dnsResult(diagnosis, clusterDns(network)),
    document: () => dnsHealthView(diagnosis, network, optionsFor(input, args)),
  })
  return exitCodeOf(diagnosis, args)
}

/** A flow question: the name resolves, does not, or only others know. */
function about(answer: NameAnswer, input: Input, args: Printing, terminal: Terminal): ExitCode {
  print(args, terminal, {
    result: () => dnsResult(answer.diagnosis, answer.dns, answer),
    document: () => dnsNameView(answer, optionsFor(input, args)),
  })
  if (answer.outcome === 'fails' || answer.outcome === 'partly') return 1
  const code = exitCodeOf(answer.diagnosis, args)
  return code === 0 && answer.outcome !== 'passes' ? 4 : code
}
