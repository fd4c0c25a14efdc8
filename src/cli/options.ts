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

/** A connection flag that may come several times. */
const repeated = (describe: string) =>
  ({ type: 'string', array: true, describe, requiresArg: true, group: connectionGroup }) as const

/** A flag of kubectl that has no meaning here: accepted, so that a habit or an alias does no harm. */
const ignored = () => ({ ...single(''), hidden: true }) as const

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
function connectionFlags<T>(yargs: Argv<T>) {
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
    .option('request-timeout', connection('longest wait for one answer: 30, 1m; 0 for no limit (default 1m)'))
    .option('as', connection('user to act as'))
    .option('as-group', repeated('group to act as (repeatable)'))
    .option('as-uid', connection('UID to act as'))
    .option('as-user-extra', repeated('KEY=VALUE to act with (repeatable)'))
    .option('username', connection('user name for basic authentication'))
    .option('password', connection('password for basic authentication'))
    .option('disable-compression', flag('do not ask for compressed answers', [], connectionGroup))
    .option('warnings-as-errors', flag('exit with 2 when the API server warns', [], connectionGroup))
    .option('match-server-version', { ...flag(''), hidden: true })
    .option('cache-dir', ignored())
    .option('kuberc', ignored())
    .option('profile', ignored())
    .option('profile-output', ignored())
    .option('log-flush-frequency', ignored())
    .option('v', ignored())
    .option('vmodule', ignored())
}

/** Where objects come from: a cluster, or files. */
export function inputFlags<T>(yargs: Argv<T>) {
  return connectionFlags(yargs)
    .option('filename', {
      type: 'string',
      // Not `array`: of those yargs takes a lone `-` for the next flag.
      coerce: (value: string | string[] | undefined) => (value === undefined ? undefined : [value].flat()),
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

/** Follows the cluster instead of answering once. */
export function watchFlag<T>(yargs: Argv<T>) {
  return yargs.option('watch', flag('answer again whenever the verdict changes, until Ctrl-C', ['w']))
}

export function questionFlags<T>(yargs: Argv<T>) {
  return outputFlags(inputFlags(yargs))
}

/** What the flags of a command are when they are parsed. */
export type Arguments<F extends (yargs: Argv<object>) => Argv<unknown>> =
  ReturnType<F> extends Argv<infer A> ? A : never

type ConnectionArguments = Arguments<typeof connectionFlags<object>>
export type PrintArguments = Arguments<typeof printFlags<object>>
export type InputArguments = Arguments<typeof inputFlags<object>>
export type OutputArguments = Arguments<typeof outputFlags<object>>

/** The connection part of parsed flags. */
export function connectionOptions(args: ConnectionArguments): ConnectionOptions {
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
    // As in kubectl, "false" is the same as not given: it does not overrule the kubeconfig.
    insecureSkipTlsVerify: args['insecure-skip-tls-verify'] || undefined,
    disableCompression: args['disable-compression'] || undefined,
    as: args.as,
    asGroup: args['as-group'],
    asUid: args['as-uid'],
    asUserExtra: args['as-user-extra'],
    username: args.username,
    password: args.password,
    requestTimeout: args['request-timeout'],
  }
}
