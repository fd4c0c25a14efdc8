import type { Argv } from 'yargs'
import type { ConnectionOptions } from '../cluster/connection.ts'

/** Of a flag that is given several times the last one counts, as in kubectl. */
const last = <V>(value: V | V[] | undefined): V | undefined => (Array.isArray(value) ? value.at(-1) : value)

/** A flag that takes one value. */
const single = (describe: string, alias: readonly string[] = []) =>
  ({ type: 'string', describe, coerce: last<string>, requiresArg: true, alias }) as const

export const formats = ['table', 'wide', 'json', 'yaml', 'markdown'] as const

const severities = ['error', 'warning', 'note', 'never'] as const
const colors = ['auto', 'always', 'never'] as const

/** kubectl's connection flags, with kubectl's names and meaning. */
export function connectionFlags<T>(yargs: Argv<T>) {
  return yargs
    .option('namespace', single('namespace to ask about', ['n']))
    .option('context', single('kubeconfig context'))
    .option('kubeconfig', single('kubeconfig file'))
    .option('cluster', single('kubeconfig cluster'))
    .option('user', single('kubeconfig user'))
    .option('server', single('address of the API server', ['s']))
    .option('token', single('bearer token'))
    .option('certificate-authority', single('CA file of the API server'))
    .option('client-certificate', single('client certificate file'))
    .option('client-key', single('client key file'))
    .option('tls-server-name', single('name to check in the certificate of the API server'))
    .option('insecure-skip-tls-verify', {
      type: 'boolean',
      describe: 'do not check the certificate of the API server',
    })
    .option('request-timeout', single('longest wait for one answer: 30, 1m; 0 for no limit'))
}

/** Where objects come from: a cluster, or files. */
export function inputFlags<T>(yargs: Argv<T>) {
  return connectionFlags(yargs)
    .option('filename', {
      type: 'string',
      array: true,
      alias: 'f',
      requiresArg: true,
      describe: 'read files instead of a cluster: FILE, DIR or - (repeatable)',
    })
    .option('complete', { type: 'boolean', default: false, describe: 'the files given are all there is' })
}

/** How an answer is printed and what makes it a failure. */
export function outputFlags<T>(yargs: Argv<T>) {
  return yargs
    .option('output', { choices: formats, alias: 'o', default: 'table' as const, describe: 'output format' })
    .option('fail-on', {
      choices: severities,
      default: 'error' as const,
      describe: 'least severity that exits with 1',
    })
    .option('strict', {
      type: 'boolean',
      default: false,
      describe: 'exit with 4 when anything was not readable',
    })
    .option('color', { choices: colors, default: 'auto' as const, describe: 'colour' })
    .option('logs', {
      type: 'boolean',
      default: false,
      describe: 'read the last log lines of crashed containers',
    })
}

export function questionFlags<T>(yargs: Argv<T>) {
  return outputFlags(inputFlags(yargs))
}

type Arguments<F extends (yargs: Argv<object>) => Argv<unknown>> =
  ReturnType<F> extends Argv<infer A> ? A : never

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
