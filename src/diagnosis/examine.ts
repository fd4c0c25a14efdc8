import type { Network } from '../network/network.ts'
import { catalogue } from '../rules/catalogue.ts'
import type { Finding } from '../rules/finding.ts'
import type { Path } from '../trace/path.ts'
import { walk } from '../trace/walk.ts'
import type { UnknownCheck } from './diagnosis.ts'
import { foldDependants } from './fold-dependants.ts'
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
  const joined = joinFindings(run.findings, paths, catalogue)
  const seen = { unknown: run.unknown, gaps: scope.gaps, rules: catalogue }
  const extra = unexplainedFindings(joined.unexplained, network, seen, (path) =>
    unexplainedSeverity(path, question, network),
  )
  if (extra.length === 0)
    return {
      ...asked(foldDependants(joined, paths, network), run.unknown, question),
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
    ...asked(foldDependants({ ...again, breaks }, paths, network), run.unknown, question),
    scope,
    paths,
    findings,
    reads: run.reads,
  }
}

/** The connections of a scope are all asked about, whoever opens them. */
const aboutConnections: ReadonlySet<string> = new Set(
  catalogue.filter(({ subject }) => subject === 'Connection').map(({ id }) => id),
)

type Placed = Pick<Finding, 'about'> & Partial<Pick<Finding, 'subject'>>

/** Leaves out what is wrong elsewhere and breaks nothing that is asked about. */
function asked(
  joined: Joined,
  unknown: readonly UnknownCheck[],
  question: Question,
): Pick<Examination, 'joined' | 'unknown'> {
  const isHere = ({ about, subject = about }: Placed): boolean =>
    isAskedAbout(question, about.namespace) || isAskedAbout(question, subject.namespace)
  const causes = joined.causes.filter(
    (cause) =>
      isHere(cause) ||
      (joined.breaks.get(cause.key) ?? []).length > 0 ||
      joined.symptoms.get(cause.key)?.some(isHere) === true,
  )
  return {
    joined: { ...joined, causes },
    unknown: unknown.filter((check) => aboutConnections.has(check.rule) || isHere(check)),
  }
}

function unexplainedSeverity(path: Path, question: Question, network: Network): Finding['severity'] {
  if (network.inventory.snapshot.coverage.world === 'open') return 'warning'
  const { destination } = network.traffic.destination(path.connection)
  if (destination.kind !== 'service') return 'error'
  return severityByConsumers('Service', destination.service, 'error', question, network)
}
