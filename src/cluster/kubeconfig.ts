import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve, sep } from 'node:path'
import { parse } from 'yaml'
import { flag, isRecord, type Json, list, record, text, texts } from '../snapshot/kinds/json.ts'
import { KnownError } from '../snapshot/known-error.ts'
import { type Impersonation, isImpersonating } from './impersonation.ts'

/** The environment variables that a run sees. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface ClusterEntry {
  readonly server?: string | undefined
  readonly tlsServerName?: string | undefined
  readonly insecureSkipTlsVerify: boolean
  /** Absolute path. */
  readonly caFile?: string | undefined
  /** Base64 of PEM. */
  readonly caData?: string | undefined
  readonly proxyUrl?: string | undefined
  readonly disableCompression: boolean
  /** The `client.authentication.k8s.io/exec` extension, given to exec plugins that ask for the cluster. */
  readonly execConfig?: unknown
}

/** An exec credential plugin. `command` is absolute when it was written with a slash. */
export interface ExecEntry {
  readonly apiVersion: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly interactiveMode?: string | undefined
  readonly installHint?: string | undefined
  readonly provideClusterInfo: boolean
}

export interface UserEntry {
  readonly certFile?: string | undefined
  readonly certData?: string | undefined
  readonly keyFile?: string | undefined
  readonly keyData?: string | undefined
  readonly token?: string | undefined
  readonly tokenFile?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** `as` and its companions: whom to act as. */
  readonly impersonation?: Impersonation | undefined
  readonly authProvider?: { readonly name: string; readonly config: Json } | undefined
  readonly exec?: ExecEntry | undefined
}

export interface ContextEntry {
  readonly cluster?: string | undefined
  /** Absent: anonymous. */
  readonly user?: string | undefined
  readonly namespace?: string | undefined
}

/** What all kubeconfig files together say. */
export interface Kubeconfig {
  readonly currentContext?: string | undefined
  readonly contexts: ReadonlyMap<string, ContextEntry>
  readonly clusters: ReadonlyMap<string, ClusterEntry>
  readonly users: ReadonlyMap<string, UserEntry>
  /** The files that were found, and those that were looked for and are missing. */
  readonly found: readonly string[]
  readonly missing: readonly string[]
}

/**
 * Reads and merges kubeconfig files as kubectl does (client-go, clientcmd/loader.go): `--kubeconfig` is exactly that
 * file; else the KUBECONFIG list without duplicates, missing files skipped; else `~/.kube/config`. The first file
 * that defines a name wins it whole, and the first non-empty current-context wins. Relative paths are relative to
 * their own file. An empty file is valid.
 *
 * @param explicit the value of `--kubeconfig`
 * @throws KnownError when an explicit file is missing, or any file cannot be read or is not a kubeconfig
 */
export async function loadKubeconfig(explicit: string | undefined, env: Environment): Promise<Kubeconfig> {
  const paths = explicit === undefined ? defaultPaths(env) : [explicit]
  const loaded = await Promise.all(paths.map(async (path) => ({ path, file: await loadFile(path) })))
  const missing = loaded.filter(({ file }) => file === undefined).map(({ path }) => path)
  if (explicit !== undefined && missing.length > 0) {
    throw new KnownError('KUBECONFIG_NOT_FOUND', `kubeconfig ${explicit} does not exist: check --kubeconfig`)
  }
  const files = loaded.map(({ file }) => file).filter((file) => file !== undefined)
  return {
    currentContext: files
      .map((file) => file.currentContext)
      .find((name) => name !== undefined && name !== ''),
    contexts: firstWins(files.map((file) => file.contexts)),
    clusters: firstWins(files.map((file) => file.clusters)),
    users: firstWins(files.map((file) => file.users)),
    found: paths.filter((path) => !missing.includes(path)),
    missing,
  }
}

function defaultPaths(env: Environment): readonly string[] {
  const listed = env['KUBECONFIG']
  if (listed !== undefined && listed !== '') {
    return [...new Set(listed.split(delimiter).filter((path) => path !== ''))]
  }
  return [join(env['HOME'] ?? homedir(), '.kube', 'config')]
}

function firstWins<T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> {
  return new Map(maps.toReversed().flatMap((map) => [...map]))
}

type KubeconfigFile = Pick<Kubeconfig, 'currentContext' | 'contexts' | 'clusters' | 'users'>

async function loadFile(path: string): Promise<KubeconfigFile | undefined> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    const reason = error.code === 'EISDIR' ? 'it is a directory' : (error.code ?? error.message)
    throw new KnownError('KUBECONFIG_UNREADABLE', `kubeconfig ${path} cannot be read: ${reason}`, {
      cause: error,
    })
  })
  return content === undefined ? undefined : parseKubeconfig(content, path)
}

function parseKubeconfig(content: string, path: string): KubeconfigFile {
  const json = parseYaml(content, path)
  const resolvePath = (file: string | undefined): string | undefined =>
    file === undefined || file === '' ? undefined : resolve(dirname(path), file)
  return {
    currentContext: text(json['current-context']),
    contexts: named(json, 'contexts', 'context', path, parseContext),
    clusters: named(json, 'clusters', 'cluster', path, (entry) => parseCluster(entry, resolvePath)),
    users: named(json, 'users', 'user', path, (entry) => parseUser(entry, resolvePath)),
  }
}

/** The parser's own message is left out: it quotes the line, and the line may hold a token. */
function parseYaml(content: string, path: string): Json {
  let value: unknown
  try {
    value = parse(content, { prettyErrors: true })
  } catch (cause) {
    const line = lineOf(cause)
    throw new KnownError('KUBECONFIG_INVALID', `kubeconfig ${path} is not valid YAML${line}`, { cause })
  }
  if (value === null || value === undefined) return {}
  if (!isRecord(value)) {
    throw new KnownError('KUBECONFIG_INVALID', `${path} is not a kubeconfig: it holds no map of settings`)
  }
  return value
}

function lineOf(error: unknown): string {
  const position =
    isRecord(error) && Array.isArray(error['linePos']) ? record(error['linePos'][0]) : undefined
  const line = position?.['line']
  return typeof line === 'number' ? ` (line ${line})` : ''
}

function named<T>(
  json: Json,
  section: string,
  field: string,
  path: string,
  parseEntry: (entry: Json) => T,
): ReadonlyMap<string, T> {
  const result = new Map<string, T>()
  for (const item of list(json[section], (entry) => entry)) {
    const name = text(item['name'])
    if (name === undefined || name === '') continue
    if (result.has(name)) {
      throw new KnownError('KUBECONFIG_INVALID', `kubeconfig ${path} defines ${field} "${name}" twice`)
    }
    result.set(name, parseEntry(record(item[field])))
  }
  return result
}

function parseContext(json: Json): ContextEntry {
  return {
    cluster: filled(json['cluster']),
    user: filled(json['user']),
    namespace: filled(json['namespace']),
  }
}

type ResolvePath = (file: string | undefined) => string | undefined

function parseCluster(json: Json, resolvePath: ResolvePath): ClusterEntry {
  const extension = list(json['extensions'], (entry) => entry).find(
    (entry) => entry['name'] === 'client.authentication.k8s.io/exec',
  )
  return {
    server: filled(json['server']),
    tlsServerName: filled(json['tls-server-name']),
    insecureSkipTlsVerify: flag(json['insecure-skip-tls-verify']) ?? false,
    caFile: resolvePath(text(json['certificate-authority'])),
    caData: filled(json['certificate-authority-data']),
    proxyUrl: filled(json['proxy-url']),
    disableCompression: flag(json['disable-compression']) ?? false,
    execConfig: extension?.['extension'],
  }
}

function parseUser(json: Json, resolvePath: ResolvePath): UserEntry {
  const provider = record(json['auth-provider'])
  const providerName = filled(provider['name'])
  return {
    certFile: resolvePath(text(json['client-certificate'])),
    certData: filled(json['client-certificate-data']),
    keyFile: resolvePath(text(json['client-key'])),
    keyData: filled(json['client-key-data']),
    token: filled(json['token']),
    tokenFile: resolvePath(text(json['tokenFile'])),
    username: filled(json['username']),
    password: filled(json['password']),
    impersonation: parseImpersonation(json),
    authProvider:
      providerName === undefined ? undefined : { name: providerName, config: record(provider['config']) },
    exec: isRecord(json['exec']) ? parseExec(json['exec'], resolvePath) : undefined,
  }
}

function parseImpersonation(json: Json): Impersonation | undefined {
  const extra = Object.entries(record(json['as-user-extra'])).map(
    ([key, values]) => [key, texts(values) ?? []] as const,
  )
  const found = {
    user: filled(json['as']),
    groups: texts(json['as-groups']) ?? [],
    uid: filled(json['as-uid']),
    extra: new Map(extra),
  }
  return isImpersonating(found) ? found : undefined
}

function parseExec(json: Json, resolvePath: ResolvePath): ExecEntry {
  const command = text(json['command']) ?? ''
  return {
    apiVersion: text(json['apiVersion']) ?? '',
    // A bare name is searched on PATH; anything with a separator belongs to the file's folder.
    command: command.includes('/') || command.includes(sep) ? (resolvePath(command) ?? '') : command,
    args: texts(json['args']) ?? [],
    env: list(json['env'], (entry) => ({
      name: text(entry['name']) ?? '',
      value: text(entry['value']) ?? '',
    })),
    interactiveMode: filled(json['interactiveMode']),
    installHint: filled(json['installHint']),
    provideClusterInfo: flag(json['provideClusterInfo']) ?? false,
  }
}

/** Go treats a missing string and an empty one alike. */
function filled(value: unknown): string | undefined {
  const string = text(value)
  return string === '' ? undefined : string
}
