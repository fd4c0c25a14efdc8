import { type ClusterSession, openCluster } from '../cluster/cluster.ts'
import type { Further } from '../cluster/plan.ts'
import { escapeText } from '../report/escape.ts'
import { nearest } from '../rules/similar.ts'
import { type Locate, loadFiles } from '../snapshot/files/load.ts'
import { locator } from '../snapshot/files/locate.ts'
import { readSources } from '../snapshot/files/sources.ts'
import { definitionOf, isKindName } from '../snapshot/kinds/kinds.ts'
import { KnownError } from '../snapshot/known-error.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { builtIn, builtInIncident } from './built-in.ts'
import { interruptible } from './interrupt.ts'
import { connectionOptions, type InputArguments } from './options.ts'
import { withProgress } from './progress.ts'
import type { Terminal } from './terminal.ts'

const mostNames = 8

export interface Input {
  readonly snapshot: Snapshot
  /** The namespace that is meant when none is named; absent for files without `-n`: then all of theirs. */
  readonly namespace: string | undefined
  readonly locate?: Locate | undefined
  /** Open as long as the command runs; absent for files. */
  readonly session?: ClusterSession | undefined
}

/** What a command needs to read: the whole cluster, or the namespace that is meant and those that it names besides. */
interface Wants {
  readonly everything: boolean
  readonly namespaces?: readonly string[]
  /** Says what else a large cluster is asked for, by what was read first; absent: it is read whole. */
  readonly further?: ((first: Input) => Further) | undefined
}

/** Lines help in files that people write; a dump is a single one, or thousands. */
export const written = ({ snapshot, locate }: Input): Input['locate'] =>
  snapshot.coverage.declared ? locate : undefined

/** Reads what the flags name, runs the command on it, and closes what was opened. */
export async function withInput<T>(
  args: InputArguments,
  wants: Wants,
  terminal: Terminal,
  use: (input: Input) => Promise<T> | T,
): Promise<T> {
  if (args.filename !== undefined) return use(await fromFiles(args.filename, args, terminal))
  const { session, snapshot } = await interruptible((signal) => readCluster(args, wants, terminal, signal))
  try {
    return await use({ snapshot, namespace: session.namespace, session })
  } finally {
    await session.close()
  }
}

async function readCluster(
  args: InputArguments,
  { everything, namespaces = [], further }: Wants,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<{ session: ClusterSession; snapshot: Snapshot }> {
  const session = await openCluster(connectionOptions(args), signal)
  try {
    const { namespace } = session
    const title = `reading ${escapeText(session.context ?? session.server)}`
    const snapshot = await withProgress(terminal, title, (progress) =>
      session.read(
        { namespaces: everything ? 'all' : [...new Set([namespace, ...namespaces])] },
        progress,
        further && ((first) => furtherOf({ snapshot: first, namespace, session }, further)),
      ),
    )
    for (const warning of session.warnings) terminal.err(`warning: ${escapeText(warning)}\n`)
    if (args['warnings-as-errors'] && session.warnings.size > 0) {
      throw new KnownError('WARNINGS', 'the API server warned, and --warnings-as-errors is set')
    }
    if (!everything) await requireNamespace(namespace, snapshot, session)
    return { session, snapshot }
  } catch (error) {
    await session.close()
    throw error
  }
}

/** Nothing more is read for a namespace that does not exist: that is told once all is read. */
function furtherOf(first: Input, further: (first: Input) => Further): Further {
  const { namespace, snapshot } = first
  const isKnown = namespace !== undefined && namespacesIn(snapshot).includes(namespace)
  return isKnown ? further(first) : { namespaces: [], addresses: [] }
}

async function fromFiles(paths: readonly string[], args: InputArguments, terminal: Terminal): Promise<Input> {
  const sources = [
    ...readSources(paths.filter((path) => path !== builtIn)),
    ...(paths.includes(builtIn) ? [await builtInIncident()] : []),
  ]
  const { snapshot, warnings, origins } = loadFiles(sources, {
    isComplete: args.complete,
    defaultNamespace: args.namespace ?? 'default',
  })
  for (const warning of warnings) terminal.err(`warning: ${escapeText(warning)}\n`)
  const { namespace } = args
  if (namespace !== undefined && !namespacesIn(snapshot).includes(namespace)) {
    throw unknownNamespace(namespace, namespacesIn(snapshot), 'the files given')
  }
  requireSomethingRead(snapshot, namespace)
  return { snapshot, namespace, locate: locator(sources, origins) }
}

/** A snapshot that was taken where nothing could be read answers nothing: "no error found" would be a lie. */
function requireSomethingRead({ coverage, objects, server }: Snapshot, namespace: string | undefined): void {
  const isMeant = (name: string): boolean => namespace === undefined || name === namespace
  const hasRead = Object.entries(coverage.kinds).some(
    ([kind, { namespaces }]) =>
      isKindName(kind) && definitionOf(kind).namespaced && (namespaces === 'all' || namespaces.some(isMeant)),
  )
  const isWhole = coverage.world === 'open' || hasRead
  if (
    isWhole ||
    objects.some(({ kind, metadata }) => definitionOf(kind).namespaced && isMeant(metadata.namespace ?? ''))
  )
    return
  const [gap] = coverage.gaps
  const why = gap?.permission === undefined ? '' : `: there was no right to ${gap.permission}`
  const where = namespace === undefined ? '' : ` of namespace "${namespace}"`
  throw new KnownError('NOTHING_READ', `nothing${where} was read when ${server.source} was saved${why}`)
}

function namespacesIn(snapshot: Snapshot): readonly string[] {
  return [
    ...new Set(
      snapshot.objects.flatMap(({ kind, metadata }) =>
        kind === 'Namespace' ? metadata.name : (metadata.namespace ?? []),
      ),
    ),
  ]
}

async function requireNamespace(
  namespace: string,
  snapshot: Snapshot,
  session: ClusterSession,
): Promise<void> {
  if (namespacesIn(snapshot).includes(namespace)) return
  if ((await session.namespaceExists(namespace)) === false) {
    throw unknownNamespace(
      namespace,
      namespacesIn(snapshot),
      session.context === undefined ? 'the cluster' : `context ${session.context}`,
    )
  }
}

function unknownNamespace(namespace: string, known: readonly string[], where: string): KnownError {
  const near = nearest(namespace, known)
  const hint =
    near.length > 0
      ? `: did you mean ${near.join(' or ')}?`
      : known.length > 0
        ? `: there are ${known.slice(0, mostNames).join(', ')}${known.length > mostNames ? ', ...' : ''}`
        : ''
  return new KnownError('NAMESPACE_NOT_FOUND', `namespace "${namespace}" does not exist in ${where}${hint}`)
}
