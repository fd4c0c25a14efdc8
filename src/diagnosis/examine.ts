import type { Network } from '../network/network.ts'
import { clientReference } from '../network/traffic/connection.ts'
import { catalogue } from '../rules/catalogue.ts'
import type { Finding } from '../rules/finding.ts'
import { keyOf } from '../snapshot/snapshot.ts'
import type { Path } from '../trace/path.ts'
import { walk } from '../trace/walk.ts'
import type { UnknownCheck } from './diagnosis.ts'
import { severityByConsumers } from './guards.ts'
import { type Joined, joinFindings } from './join.ts'
import type { Question } from './question.ts'
import { type RuleRun, runRules } from './run-rules.ts'
import { isAskedAbout, type Scope, scopeOf } from './scope.ts'
import { unexplainedFindings } from './unexplained.ts'

/** One look at one world: what is in scope, how its connections go, what the rules say, joined. */
export interface Examination {
  readonly scope: Scope
  readonly paths: readonly Path[]
  readonly findings: readonly Finding[]
  readonly joined: Joined
  readonly unknown: readonly UnknownCheck[]
  readonly reads: RuleRun['reads']
}

/** Runs rules and walks connections for a question, without trying any fix. */
export function examine(question: Question, network: Network): Examination {
  const scope = scopeOf(question, network)
  const paths = scope.connections.map((connection) => walk(connection, network))
  const run = runRules(question, scope, network)
  const callers = callersOf(question, scope, network)
  const joined = joinFindings(run.findings, paths, catalogue)
  const seen = { unknown: run.unknown, gaps: scope.gaps, rules: catalogue }
  const extra = unexplainedFindings(joined.unexplained, network, seen, (path) =>
    unexplainedSeverity(path, question, network),
  )
  if (extra.length === 0)
    return {
      ...asked(joined, run.unknown, question, callers),
      scope,
      paths,
      findings: run.findings,
      reads: run.reads,
    }
  const findings = [...run.findings, ...extra]
  const again = joinFindings(findings, paths, catalogue)
  const breaks = new Map(again.breaks)
  for (const finding of extra) {
    breaks.set(
      finding.key,
      joined.unexplained.filter(({ hop }) => hop.place === finding.place).map(({ path }) => path),
    )
  }
  return {
    ...asked({ ...again, breaks }, run.unknown, question, callers),
    scope,
    paths,
    findings,
    reads: run.reads,
  }
}

/** Leaves out what is wrong elsewhere and breaks nothing that is asked about. */
function asked(
  joined: Joined,
  unknown: readonly UnknownCheck[],
  question: Question,
  callers: ReadonlySet<string>,
): Pick<Examination, 'joined' | 'unknown'> {
  const isHere = ({ about, concerns }: Pick<Finding, 'about' | 'concerns'>): boolean =>
    isAskedAbout(question, about.namespace) ||
    (concerns !== undefined && isAskedAbout(question, concerns.namespace))
  const causes = joined.causes.filter(
    (cause) =>
      isHere(cause) ||
      (joined.breaks.get(cause.key) ?? []).length > 0 ||
      joined.symptoms.get(cause.key)?.some(isHere) === true,
  )
  return {
    joined: { ...joined, causes },
    unknown: unknown.filter((check) => isHere(check) || callers.has(keyOf(check.about))),
  }
}

/** Clients of other namespaces that call what is asked about: what is not known of their connections matters here. */
function callersOf(question: Question, { connections }: Scope, network: Network): ReadonlySet<string> {
  return new Set(
    connections.flatMap((connection) => {
      const { destination } = network.traffic.destination(connection)
      const client = clientReference(connection.client)
      return client !== undefined &&
        destination.kind === 'service' &&
        isAskedAbout(question, destination.service.metadata.namespace)
        ? [keyOf(client)]
        : []
    }),
  )
}

function unexplainedSeverity(path: Path, question: Question, network: Network): Finding['severity'] {
  if (network.inventory.snapshot.coverage.world === 'open') return 'warning'
  const { destination } = network.traffic.destination(path.connection)
  if (destination.kind !== 'service') return 'error'
  return severityByConsumers('Service', destination.service, 'error', question, network)
}
