import { type Asked, readAsked } from '../diagnosis/what/asked.ts'
import type { WhatQuestion } from '../diagnosis/what/targets.ts'
import { answerWhat } from '../diagnosis/what/what.ts'
import { serviceCandidates } from '../network/dns/names.ts'
import { Network } from '../network/network.ts'
import { whatView } from '../report/views/what.ts'
import { whatResult } from '../report/what-result.ts'
import { defineCommand } from './command.ts'
import { exitCodeOf } from './exit-code.ts'
import { type Input, withInput } from './input.ts'
import { allNamespacesFlag, failureFlags, inputFlags, printFlags } from './options.ts'
import { print } from './print.ts'
import { UsageError } from './usage-error.ts'
import { furtherFor } from './whole-cluster.ts'

export const what = defineCommand({
  usage: 'what <text..>',
  describe: 'whose is an address or name; who dials it',
  examples: [
    ['kubectl netdoctor what 10.244.1.15:5432', 'whose that address is, or was'],
    ['kubectl netdoctor what "dial tcp 10.244.1.15:5432: i/o timeout"', 'what a line of a log means here'],
  ],
  flags: (yargs) =>
    allNamespacesFlag(
      failureFlags(printFlags(inputFlags(yargs))),
      'look for owners and callers everywhere, also in a large cluster',
    ).positional('text', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'IP[:PORT], NAME[:PORT], a URL, or a message with one of them in it',
    }),
  run: (args, terminal) => {
    const asked = requireAsked(args.text.join(' '))
    return withInput(
      args,
      {
        everything: args['all-namespaces'],
        namespaces: namespacesNamed(asked),
        further: furtherFor(args, (first, network) => questionAbout(asked, first, network)),
      },
      terminal,
      (input) => {
        const network = Network.of(input.snapshot)
        const answer = answerWhat(asked, questionAbout(asked, input, network), network)
        const isWide = args.output === 'wide' || args.output === 'markdown'
        print(args, terminal, {
          result: () => whatResult(answer),
          document: () =>
            whatView(answer, { isWide, isLive: input.session !== undefined, locate: input.locate }),
        })
        return exitCodeOf(answer.diagnosis, args)
      },
    )
  },
})

function requireAsked(text: string): Asked {
  const asked = readAsked(text)
  if (asked !== undefined) return asked
  throw new UsageError(
    'USAGE',
    `no address and no name in "${text.slice(0, 80)}": paste the part of the message that says what was dialled`,
  )
}

/** The namespace that a full name has in it. */
function namespacesNamed({ target: { host, address } }: Asked): readonly string[] {
  const name = address === undefined ? serviceCandidates(host, '') : undefined
  return name === undefined || name.namespace === '' || name.via === 'namespaced' ? [] : [name.namespace]
}

/** A short name means the namespace that is asked about; of files without one, each that dials or has it. */
function questionAbout({ target }: Asked, { namespace }: Input, network: Network): WhatQuestion {
  const { host, address, port } = target
  return {
    kind: 'what',
    host,
    address,
    port,
    namespaces: namespace !== undefined ? [namespace] : meaningNamespaces(host, network),
  }
}

function meaningNamespaces(host: string, { inventory, workloads, traffic }: Network): readonly string[] {
  const all = [...new Set([...workloads.namespaces(), ...inventory.namespacesOf('Service')])].sort()
  const holding = all.filter((namespace) => {
    const name = serviceCandidates(host, namespace)
    if (name === undefined) return false
    return (
      inventory.get('Service', name.namespace, name.service).items.length > 0 ||
      traffic.toName(name.namespace, name.service).items.length > 0
    )
  })
  return holding.length > 0 ? holding : all.slice(0, 1)
}
