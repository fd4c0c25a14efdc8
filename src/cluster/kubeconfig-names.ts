import { KnownError } from '../snapshot/known-error.ts'
import { nearest } from '../snapshot/similar.ts'
import type { ClusterEntry, ContextEntry, Kubeconfig, UserEntry } from './kubeconfig.ts'

/** The names that flags may give; see `ConnectionOptions`. */
interface Chosen {
  readonly context?: string | undefined
  readonly cluster?: string | undefined
  readonly user?: string | undefined
  readonly server?: string | undefined
}

/**
 * The context of `--context`, else the current one; an empty one when the flags name a server or a cluster.
 *
 * @throws KnownError when it does not exist, or there is none at all
 */
export function chooseContext(
  options: Chosen,
  config: Kubeconfig,
): readonly [name: string | undefined, context: ContextEntry] {
  const name = options.context ?? config.currentContext
  const context = name === undefined ? undefined : config.contexts.get(name)
  if (context !== undefined) return [name, context]
  if (name !== undefined) throw notFound('context', name, '', config)
  if (options.server === undefined && options.cluster === undefined) throw noServer(config)
  return [undefined, {}]
}

/**
 * The cluster of `--cluster`, else of the context; one without settings when neither names any.
 *
 * @throws KnownError when it does not exist
 */
export function chooseCluster(
  options: Chosen,
  config: Kubeconfig,
  context: ContextEntry,
  contextName: string | undefined,
): ClusterEntry {
  const name = options.cluster ?? context.cluster
  if (name === undefined) return { insecureSkipTlsVerify: false, disableCompression: false }
  const cluster = config.clusters.get(name)
  if (cluster !== undefined) return cluster
  throw notFound('cluster', name, options.cluster === undefined ? ofContext(contextName) : '', config)
}

/**
 * The user of `--user`, else of the context; nobody when neither names any.
 *
 * @throws KnownError when it does not exist
 */
export function chooseUser(
  options: Chosen,
  config: Kubeconfig,
  name: string | undefined,
  contextName: string | undefined,
): UserEntry {
  if (name === undefined) return {}
  const user = config.users.get(name)
  if (user !== undefined) return user
  throw notFound('user', name, options.user === undefined ? ofContext(contextName) : '', config)
}

/** What to say when no server is known, though there may be a context. */
export function noServer(config: Kubeconfig, context?: string): KnownError {
  if (context !== undefined) {
    return new KnownError(
      'NO_SERVER',
      `context "${context}" names no cluster that has a server: check the kubeconfig, or give --server`,
    )
  }
  if (config.found.length === 0) {
    const where = config.missing.join(', ')
    return new KnownError(
      'NO_KUBECONFIG',
      `no kubeconfig found (looked for ${where}): set KUBECONFIG or give --kubeconfig, or diagnose files with -f`,
    )
  }
  const files = config.found.join(', ')
  if (config.contexts.size === 0) {
    return new KnownError(
      'NO_CONTEXT',
      `${files} defines no context${missing(config)}: check KUBECONFIG or --kubeconfig, or log in to the cluster again`,
    )
  }
  return new KnownError(
    'NO_CONTEXT',
    `${files} sets no current-context: give --context (${choices('contexts', config.contexts, config)})`,
  )
}

function ofContext(name: string | undefined): string {
  return ` (of context "${name ?? ''}")`
}

function notFound(
  what: 'context' | 'cluster' | 'user',
  name: string,
  of: string,
  config: Kubeconfig,
): KnownError {
  const section = `${what}s` as const
  const near = nearest(name, [...config[section].keys()])
  const meant = near.length === 0 ? '' : `: did you mean ${near.map((one) => `"${one}"`).join(' or ')}?`
  return new KnownError(
    `${what.toUpperCase()}_NOT_FOUND`,
    `${what} "${name}"${of} does not exist${meant} (${choices(section, config[section], config)})`,
  )
}

function choices(what: string, entries: ReadonlyMap<string, unknown>, config: Kubeconfig): string {
  const names = [...entries.keys()]
  const shown = names.slice(0, 5).join(', ')
  if (names.length === 0) return `the kubeconfig has no ${what}${missing(config)}`
  return `${what}: ${shown}${names.length > 5 ? `, and ${names.length - 5} more` : ''}${missing(config)}`
}

/** A file of the list that is not there may be the one that defines the name. */
function missing(config: Kubeconfig): string {
  return config.missing.length === 0 ? '' : `; not found: ${config.missing.join(', ')}`
}
