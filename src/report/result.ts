import type { Diagnosis, FixCheck, Problem } from '../diagnosis/diagnosis.ts'
import type { Question } from '../diagnosis/question.ts'
import { type Connection, clientReference } from '../network/traffic/connection.ts'
import type { Evidence, Finding } from '../rules/finding.ts'
import { maskUserinfo } from '../snapshot/mask-text.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import type { Hop, Path } from '../trace/path.ts'
import { commandFor } from './commands.ts'
import { connectionText } from './connection-text.ts'
import { instructionText, isForLater } from './instructions.ts'
import { LazyList } from './lazy-list.ts'
import { changedEndText, changedPortsText } from './policy-ends.ts'
import { plainText } from './words.ts'

/** The name of this form; it only ever grows. */
export const schema = 'netdoctor/v1'

/**
 * A diagnosis as the JSON form that docs/schema describes: flat problems, most important first, plain strings, no
 * widths and no colours. Untrusted values are escaped as text and masked.
 */
export function resultOf(diagnosis: Diagnosis) {
  const {
    takenAt,
    server,
    question,
    verdict,
    problems,
    paths,
    assumptions,
    gaps,
    unknown,
    notChecked,
    suppressed,
  } = diagnosis
  return {
    schema,
    takenAt,
    server,
    question: questionResult(question),
    verdict,
    problems: problems.map(problemResult),
    connections: new LazyList(paths, pathResult),
    assumptions: assumptions.map(plainText),
    gaps,
    unknown: unknown.map(({ rule, about, gaps: missing }) => ({
      rule,
      subject: subject(about),
      gaps: missing,
    })),
    notChecked,
    suppressed,
  }
}

function questionResult(question: Question) {
  switch (question.kind) {
    case 'scan':
      return { command: 'scan', namespaces: question.namespaces }
    case 'service':
      return { command: 'svc', namespace: question.namespace, name: question.name }
    case 'from':
      return { command: 'from', namespace: question.namespace, workload: question.workload }
    case 'what': {
      const { host, port, namespaces } = question
      return { command: 'what', host, port, namespaces }
    }
    case 'routes':
      return { command: 'ingress', namespaces: question.namespaces, routes: question.keys }
  }
}

function subject({ apiVersion, kind, namespace, name }: ObjectReference) {
  return { apiVersion, kind, namespace, name }
}

const evidence = ({ reference, field, value, line }: Evidence) => ({
  ref: subject(reference),
  field,
  value: typeof value === 'string' ? maskUserinfo(value) : value,
  line,
})

function findingResult(finding: Finding) {
  return {
    rule: finding.rule,
    severity: finding.severity,
    proof: finding.proof,
    subject: subject(finding.about),
    place: finding.place,
    summary: plainText(finding.summary),
    detail: finding.detail === undefined ? undefined : plainText(finding.detail),
    evidence: finding.evidence.map(evidence),
  }
}

export function problemResult({
  cause,
  symptoms,
  breaks,
  later,
  through,
  changed,
  logs,
  fix,
  fixCheck,
}: Problem) {
  return {
    ...findingResult(cause),
    share: cause.share,
    advice: cause.advice?.map(instructionText),
    confirm:
      cause.confirm === undefined || isForLater(cause.confirm) ? undefined : instructionText(cause.confirm),
    breaks: breaks.map((path) => ({
      ...breakResult(path, cause, later.includes(path)),
      through: through.includes(path) ? ('unready-pods' as const) : undefined,
    })),
    symptoms: symptoms.map(findingResult),
    changed: changed.map(({ reference, manager, time }) => ({ ref: subject(reference), manager, time })),
    logs: logs.length === 0 ? undefined : logs.map((line) => maskUserinfo(line)),
    fix:
      fix === undefined
        ? undefined
        : {
            commands: fix.edits.map(commandFor),
            undo: fix.undo?.map(commandFor),
            note: fix.note === undefined ? undefined : instructionText(fix.note),
            owner: fix.owner,
            edits: fix.edits,
          },
    fixCheck: fixCheck === undefined ? undefined : fixCheckResult(fixCheck),
  }
}

function breakResult(path: Path, cause: Finding, isLater: boolean) {
  const client = clientReference(path.connection.client)
  return {
    connection: connectionText(path.connection),
    client: client === undefined ? undefined : subject(client),
    outcome: path.firstBroken === undefined ? 'suspect' : path.outcome,
    share: isLater ? cause.share : (path.share ?? cause.share),
    isLater: isLater ? true : undefined,
  }
}

function fixCheckResult({ outcome, reason, resolves, introduces, ways, opens }: FixCheck) {
  return {
    outcome,
    reason: reason === undefined ? undefined : plainText(reason),
    resolves,
    introduces: introduces.map(findingResult),
    ways: ways.map(({ path, after, next }) => ({
      connection: connectionText(path.connection),
      before: path.outcome,
      after: after.outcome,
      next: next?.rule,
    })),
    opens: opens?.map(({ source, destination, ports, pairs }) => ({
      source: changedEndText(source),
      destination: changedEndText(destination),
      ports: changedPortsText(ports),
      pairs,
    })),
  }
}

function pathResult(path: Path) {
  const client = clientReference(path.connection.client)
  return {
    key: path.connection.key,
    connection: connectionText(path.connection),
    client: client === undefined ? undefined : subject(client),
    target: targetResult(path.connection),
    outcome: path.outcome,
    share: path.share,
    hops: path.hops.map(hopResult),
  }
}

function targetResult({ host, port, protocol }: Connection) {
  return { host, port, protocol }
}

function hopResult(hop: Hop): HopResult {
  const { outcome, reason, share, symptom, doubts } = hop.verdict
  return {
    hop: hop.kind,
    place: hop.place,
    outcome,
    reason,
    share,
    symptom,
    doubts: doubts?.map(({ id }) => id),
    branches: hop.branches?.map((branch) => ({
      name: branch.name,
      place: branch.place,
      hops: branch.hops.map(hopResult),
    })),
  }
}

interface HopResult {
  readonly hop: Hop['kind']
  readonly place: string
  readonly outcome: Hop['verdict']['outcome']
  readonly reason: Hop['verdict']['reason']
  readonly share: Hop['verdict']['share']
  readonly symptom: Hop['verdict']['symptom']
  readonly doubts: readonly string[] | undefined
  readonly branches:
    | readonly { readonly name: string; readonly place: string; readonly hops: readonly HopResult[] }[]
    | undefined
}
