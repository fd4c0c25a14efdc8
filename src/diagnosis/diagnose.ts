import { objectAt, undo } from '../change/changed-world.ts'
import { ownerOf } from '../change/owner.ts'
import { extentOf } from '../network/inventory/extent.ts'
import { distinctGaps } from '../network/inventory/read.ts'
import type { Network } from '../network/network.ts'
import { place } from '../network/traffic/place.ts'
import type { Finding, Severity } from '../rules/finding.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import type { HopKind, Outcome, Path } from '../trace/path.ts'
import { assumptionsOf } from './assumptions.ts'
import { FixTrial } from './check-fix.ts'
import type { Diagnosis, FixCheck, OfferedFix, Problem, Summary } from './diagnosis.ts'
import { type Examination, examine } from './examine.ts'
import type { Question } from './question.ts'
import { specChanges } from './spec-changes.ts'
import { worstFirst } from './worst-first.ts'

/** Fixes are tried for the first problems in print order: a count, so that the answer is the same on any machine. */
const triedFixes = 20

/** Answers a question about a network: what is broken, why, what it breaks, and what would mend it. */
export function diagnose(question: Question, network: Network): Diagnosis {
  const examination = examine(question, network)
  const { joined, paths } = examination
  const trial = new FixTrial(network)
  const ordered = worstFirst(joined.causes, joined.breaks, joined.later)
  const problems = ordered.map((cause, index) => problem(cause, index, examination, network, trial))
  const { snapshot } = network.inventory
  return {
    takenAt: snapshot.takenAt,
    server: snapshot.server,
    question,
    verdict: summarise(problems, paths, examination.scope.gaps),
    problems,
    paths,
    assumptions: assumptionsOf(examination, network),
    gaps: gapsOf(examination),
    extent: extentOf(network.inventory),
    unknown: examination.unknown,
    notChecked: notCheckedHops(paths),
    suppressed: 0,
  }
}

function problem(
  cause: Finding,
  index: number,
  { joined }: Examination,
  network: Network,
  trial: FixTrial,
): Problem {
  const breaks = joined.breaks.get(cause.key) ?? []
  const later = joined.later.get(cause.key) ?? []
  const edits = cause.fix?.edits ?? []
  const through = joined.through.get(cause.key) ?? []
  // A way that stops at another fault before says nothing about this fix, nor one to pods that have to become ready first.
  const telling = breaks.filter((path) => !later.includes(path) && !through.includes(path))
  const tried: FixCheck | undefined =
    edits.length > 0 && index < triedFixes ? trial.try(edits, cause, telling) : undefined
  const isOffered = edits.length > 0 && (tried !== undefined || index >= triedFixes)
  return {
    cause,
    symptoms: joined.symptoms.get(cause.key) ?? [],
    breaks,
    later,
    through,
    changed: cause.severity === 'error' ? specChanges(cause, network) : [],
    logs: logLines(cause, network),
    fix: isOffered ? offer(cause, network) : undefined,
    fixCheck: tried,
  }
}

/** The check name and the field of observations that hold the end of a container's log. */
export const logCheck = 'previous-log'

/** Where the log of a container is observed. */
export function logPlace({ namespace, pod, container }: NonNullable<Finding['logs']>[number]): string {
  return `${place.pod(namespace, pod)} ${container}`
}

function logLines(cause: Finding, network: Network): readonly string[] {
  const places = new Set((cause.logs ?? []).map(logPlace))
  return network.inventory.snapshot.observations
    .filter((item) => item.check === logCheck && places.has(item.place))
    .flatMap((item) =>
      String(item.result['lines'] ?? '')
        .split('\n')
        .filter((line) => line !== ''),
    )
}

function offer(cause: Finding, network: Network): OfferedFix {
  const edits = cause.fix?.edits ?? []
  const owners = edits.flatMap((edit) => {
    const object = objectAt(edit.reference, network)
    return object === undefined ? [] : (ownerOf(object) ?? [])
  })
  return { edits, note: cause.fix?.note, undo: undo(edits, network), owner: owners[0] }
}

function summarise(problems: readonly Problem[], paths: readonly Path[], gaps: readonly Gap[]): Summary {
  const count = (severity: Severity): number =>
    problems.filter(({ cause }) => cause.severity === severity).length
  // A Service that nobody calls is walked for its own sake, and is nobody's connection.
  const real = paths.filter((path) => path.connection.client.kind !== 'anyone')
  const outcomes = (outcome: Outcome): number => real.filter((path) => path.outcome === outcome).length
  const broken = outcomes('fails') + outcomes('partly')
  const suspect = new Set(
    problems
      .filter(({ cause }) => cause.severity === 'error')
      .flatMap(({ breaks }) =>
        breaks.filter((path) => path.firstBroken === undefined && path.connection.client.kind !== 'anyone'),
      ),
  )
  const outcome: Outcome =
    outcomes('fails') > 0
      ? 'fails'
      : broken + suspect.size > 0
        ? 'partly'
        : // What could not even be enumerated may be broken.
          outcomes('unknown') > 0 || gaps.length > 0
          ? 'unknown'
          : 'passes'
  return {
    problems: { error: count('error'), warning: count('warning'), note: count('note') },
    connections: { of: real.length, broken, suspect: suspect.size, unknown: outcomes('unknown') },
    outcome,
  }
}

function gapsOf({ scope, unknown, paths }: Examination): readonly Gap[] {
  const fromPaths = paths.flatMap((path) => path.hops.map((hop) => hop.verdict.gaps ?? []))
  const all = distinctGaps([scope.gaps, ...unknown.map((check) => check.gaps), ...fromPaths])
  const text = (gap: Gap): string => `${gap.kind} ${gap.namespace ?? ''} ${gap.why}`
  return [...all].sort((a, b) => (text(a) < text(b) ? -1 : 1))
}

function notCheckedHops(paths: readonly Path[]): readonly HopKind[] {
  const kinds = new Set<HopKind>()
  const note = (hops: Path['hops']): void => {
    for (const hop of hops) {
      if (hop.verdict.outcome === 'not-checked') kinds.add(hop.kind)
      for (const branch of hop.branches ?? []) note(branch.hops)
    }
  }
  for (const path of paths) note(path.hops)
  return [...kinds]
}
