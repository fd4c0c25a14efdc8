import type { Argv } from 'yargs'
import type { ConnectionOptions } from '../cluster/connection.ts'

/** Of a flag that is given several times the last one counts, as in kubectl. */
const last = <V>(value: V | V[] | undefined): V | undefined => (Array.isArray(value) ? value.at(-1) : value)

/** Headings of the help. */
export const ownGroup = 'Flags:'
const connectionGroup = 'Connection, as in kubectl:'

/** A flag that takes one value. */
export const single = (describe: string, alias: readonly string[] = [], group = ownGroup) =>
  ({ type: 'string', describe, coerce: last<string>, requiresArg: true, alias, group }) as const

const connection = (describe: string, alias: readonly string[] = []) =>
  single(describe, alias, connectionGroup)

/** A flag without a value. */
export const flag = (describe: string, alias: readonly string[] = [], group = ownGroup) =>
  ({
    type: 'boolean',
    describe,
    coerce: (value: boolean | boolean[]) => last(value) ?? false,
    alias,
    default: false,
    group,
  }) as const

/** A flag that takes one of some words. */
export const choice = <const C extends string>(
  describe: string,
  choices: readonly C[],
  usual: C,
  alias: readonly string[] = [],
) =>
  ({
    choices,
    describe,
    coerce: (value: C | C[]) => last(value) ?? usual,
    default: usual,
    requiresArg: true,
    alias,
    group: ownGroup,
  }) as const

const formats = ['table', 'wide', 'json', 'yaml', 'markdown'] as const
const severities = ['error', 'warning', 'note', 'never'] as const
const colors = ['auto', 'always', 'never'] as const

/** kubectl's connection flags, with kubectl's names and meaning. */
export function connectionFlags<T>(yargs: Argv<T>) {
  return yargs
    .option('namespace', single('namespace to ask about', ['n']))
    .option('context', connection('kubeconfig context'))
    .option('kubeconfig', connection('kubeconfig file'))
    .option('cluster', connection('kubeconfig cluster'))
    .option('user', connection('kubeconfig user'))
    .option('server', connection('address of the API server', ['s']))
    .option('token', connection('bearer token'))
    .option('certificate-authority', connection('CA file of the API server'))
    .option('client-certificate', connection('client certificate file'))
    .option('client-key', connection('client key file'))
    .option('tls-server-name', connection('name to check in the certificate of the API server'))
    .option(
      'insecure-skip-tls-verify',
      flag('do not check the certificate of the API server', [], connectionGroup),
    )
    .option('request-timeout', connection('longest wait for one answer: 30, 1m; 0 for no limit'))
}

/** Where objects come from: a cluster, or files. */
export function inputFlags<T>(yargs: Argv<T>) {
  return connectionFlags(yargs)
    .option('filename', {
      type: 'string',
      array: true,
      alias: 'f',
      requiresArg: true,
      group: ownGroup,
      describe: 'read files instead of a cluster: FILE, DIR or - (repeatable)',
    })
    .option('complete', flag('the files given are all there is'))
}

/** How any answer is printed. */
export function printFlags<T>(yargs: Argv<T>) {
  return colorFlag(yargs.option('output', choice('output format', formats, 'table', ['o'])))
}

/** For commands with formats of their own. */
export function colorFlag<T>(yargs: Argv<T>) {
  return yargs.option('color', choice('colour', colors, 'auto'))
}

/** What makes an answer a failure. */
export function failureFlags<T>(yargs: Argv<T>) {
  return yargs
    .option('fail-on', choice('least severity that exits with 1', severities, 'error'))
    .option('strict', flag('exit with 4 when anything was not readable'))
}

/** How a diagnosis is printed and what makes it a failure. */
export function outputFlags<T>(yargs: Argv<T>) {
  return failureFlags(printFlags(yargs)).option('logs', flag('read the last log lines of crashed containers'))
}

/** The file that a command writes. */
export function outputFileFlag<T>(yargs: Argv<T>) {
  return yargs.option('output', {
    type: 'string',
    alias: 'o',
    demandOption: true,
    requiresArg: true,
    group: ownGroup,
    coerce: (value: string | string[]) => last(value) ?? '',
    describe: 'file to write; - for standard output; gzipped when it ends in .gz',
  })
}

/** The whole cluster instead of one namespace. */
export function allNamespacesFlag<T>(yargs: Argv<T>, describe: string) {
  return yargs.option('all-namespaces', flag(describe, ['A']))
}

export function questionFlags<T>(yargs: Argv<T>) {
  return outputFlags(inputFlags(yargs))
}

/** What the flags of a command are when they are parsed. */
export type Arguments<F extends (yargs: Argv<object>) => Argv<unknown>> =
  ReturnType<F> extends Argv<infer A> ? A : never

export type PrintArguments = Arguments<typeof printFlags<object>>
export type InputArguments = Arguments<typeof inputFlags<object>>
export type OutputArguments = Arguments<typeof outputFlags<object>>
export type QuestionArguments = Arguments<typeof questionFlags<object>>

/** The connection part of parsed flags. */
export function connectionOptions(args: InputArguments): ConnectionOptions {
  return {
    kubeconfig: args.kubeconfig,
    context: args.context,
    cluster: args.cluster,
    user: args.user,
    namespace: args.namespace,
    server: args.server,
    token: args.token,
    certificateAuthority: args['certificate-authority'],
    clientCertificate: args['client-certificate'],
    clientKey: args['client-key'],
    tlsServerName: args['tls-server-name'],
    insecureSkipTlsVerify: args['insecure-skip-tls-verify'],
    requestTimeout: args['request-timeout'],
  }
}
