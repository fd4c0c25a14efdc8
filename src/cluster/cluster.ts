import type { KindName } from '../snapshot/kinds/kinds.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { createAuthenticator } from './authenticator.ts'
import { type Clock, systemClock } from './clock.ts'
import { type ConnectionOptions, resolveConnection } from './connection.ts'
import { type Discovery, discover } from './discovery.ts'
import type { Environment } from './kubeconfig.ts'
import { ask } from './lists.ts'
import { type NameFurther, type Progress, type ReadSnapshot, readSnapshot } from './live-snapshot.ts'
import { readNames } from './names.ts'
import type { ReadRequest } from './plan.ts'
import { type PreviousLog, readPreviousLog } from './pod-log.ts'
import { type SecretName, withSecrets } from './secrets.ts'
import { isLarge } from './size.ts'
import type { Transport } from './transport.ts'
import { startsOf } from './watch/starts.ts'
import { type WatchStep, watchSnapshot } from './watch/watch.ts'

/** One connection to one cluster, open until `close`. It only reads. */
export interface ClusterSession {
  readonly context: string | undefined
  /** The namespace that is meant when none is named: `-n`, else the context's, else `default`. */
  readonly namespace: string
  readonly server: string
  /** Texts of the server's `Warning` headers so far, each once. Untrusted. */
  readonly warnings: ReadonlySet<string>
  /**
   * Reads everything that a question about these namespaces needs. What could not be read is a gap of the snapshot.
   *
   * @param further names what a large cluster is asked for in a second round; absent: the whole cluster is read
   * @throws KnownError when the server cannot be reached or nothing at all could be read; the signal's reason when
   *   interrupted
   */
  read(request: ReadRequest, progress: Progress, further?: NameFurther): Promise<Snapshot>
  /**
   * Follows what `read` gave, until the session's signal is aborted: a step whenever something changed or time passed.
   *
   * @param snapshot of this session
   * @throws KnownError `UNAUTHORIZED`; the signal's reason
   */
  watch(snapshot: Snapshot): AsyncGenerator<WatchStep, never>
  /** The last lines that the previous run of a container wrote. Untrusted. */
  previousLog(namespace: string, pod: string, container: string, tailLines: number): Promise<PreviousLog>
  /** A snapshot of this session with these Secrets besides, without their values. */
  withSecrets(snapshot: Snapshot, names: readonly SecretName[]): Promise<Snapshot>
  /** `undefined`: it is forbidden to look, or the server did not answer. */
  namespaceExists(name: string): Promise<boolean | undefined>
  /**
   * Names of objects, for completion: the first ones, or none. It proves no absence.
   *
   * @throws KnownError when there was no answer
   */
  names(kind: KindName, namespace: string | undefined): Promise<readonly string[]>
  close(): Promise<void>
}

/** What a session takes from the process that it runs in. */
export interface Surroundings {
  readonly env: Environment
  /** Whether an exec plugin may ask the person at the terminal. */
  readonly isInteractive: boolean
  /** Where the service account of a pod is mounted; absent: where the kubelet mounts it. */
  readonly accountFolder?: string | undefined
  /** Absent: the real one. */
  readonly clock?: Clock | undefined
}

/**
 * Resolves kubeconfig, flags and credentials, and gives a session. Nothing is sent yet.
 *
 * @throws KnownError for a wrong kubeconfig, context, certificate or credential plugin: one sentence each
 */
export async function openCluster(
  options: ConnectionOptions,
  signal: AbortSignal,
  surroundings: Surroundings = { env: process.env, isInteractive: process.stdin.isTTY === true },
): Promise<ClusterSession> {
  const { env, isInteractive, clock = systemClock, accountFolder } = surroundings
  const connection = await resolveConnection(options, env, accountFolder)
  const authenticator = await createAuthenticator(connection, { env, isInteractive, signal }, clock)
  // Loaded here so that nothing that only knows the types brings undici along.
  const { createSender } = await import('./sender.ts')
  const { createTransport } = await import('./transport.ts')
  const transport = createTransport(
    connection,
    createSender(connection, authenticator, clock, signal),
    clock,
    signal,
  )
  let discovery: Promise<Discovery> | undefined
  const lists = new WeakMap<Snapshot, ReadSnapshot['lists']>()
  return {
    context: connection.context,
    namespace: connection.namespace,
    server: connection.server,
    warnings: transport.warnings,
    read: async (request, progress, further) => {
      discovery ??= discover(transport, connection)
      const mayBeNarrow = further !== undefined && request.namespaces !== 'all'
      const [kinds, version, large] = await Promise.all([
        discovery,
        serverVersion(transport),
        mayBeNarrow && isLarge(transport),
      ])
      const reading = { transport, discovery: kinds, connection, version, isLarge: large }
      const found = await readSnapshot(reading, request, progress, further)
      lists.set(found.snapshot, found.lists)
      return found.snapshot
    },
    watch: (snapshot) =>
      watchSnapshot({ transport, clock, signal }, snapshot, startsOf(snapshot, lists.get(snapshot) ?? [])),
    previousLog: (namespace, pod, container, tailLines) =>
      readPreviousLog(transport, namespace, pod, container, tailLines),
    withSecrets: (snapshot, names) => withSecrets(transport, snapshot, names),
    namespaceExists: async (name) => {
      const { result } = await ask(transport, `/api/v1/namespaces/${encodeURIComponent(name)}`)
      if (result === 'ok') return true
      return result === 'absent' ? false : undefined
    },
    names: (kind, namespace) => readNames(transport, kind, namespace),
    close: () => transport.close(),
  }
}

async function serverVersion(transport: Transport): Promise<string | undefined> {
  const outcome = await ask(transport, '/version')
  const version = outcome.result === 'ok' ? outcome.json['gitVersion'] : undefined
  return typeof version === 'string' ? version : undefined
}
