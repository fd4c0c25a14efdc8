import { distinctGaps } from '../network/inventory/read.ts'
import type { Network } from '../network/network.ts'
import { clientReference } from '../network/traffic/connection.ts'
import type { Finding } from '../rules/finding.ts'
import type { AnyRule } from '../rules/rule.ts'
import { listed, say, type Text, word } from '../rules/text.ts'
import { type Gap, keyOf, type ObjectReference, referenceTo } from '../snapshot/snapshot.ts'
import type { Hop, Path } from '../trace/path.ts'
import type { UnknownCheck } from './diagnosis.ts'

const unexplainedRule = 'tool/unexplained'

export interface UnexplainedHop {
  readonly path: Path
  readonly hop: Hop
}

/**
 * The gaps that may hide why a hop is broken: what the rules that explain such a reason lacked, in the namespaces that
 * the way touches. Empty: everything was read, and the explanation is missing from our rules.
 */
function hidingGaps(
  { hop }: UnexplainedHop,
  about: ObjectReference,
  unknown: readonly UnknownCheck[],
  scopeGaps: readonly Gap[],
  rules: readonly AnyRule[],
): readonly Gap[] {
  const { reason } = hop.verdict
  const able = new Set(
    rules
      .filter(({ explains = [] }) => reason !== undefined && explains.includes(reason))
      .map(({ id }) => id),
  )
  const checks = unknown.filter((check) => able.has(check.rule) && check.about.namespace === about.namespace)
  return checks.length > 0 ? distinctGaps(checks.map(({ gaps }) => gaps)) : scopeGaps
}

function whatBroke({ connection }: Path, network: Network): ObjectReference {
  const { destination } = network.traffic.destination(connection)
  if (destination.kind === 'service') return referenceTo(destination.service)
  return clientReference(connection.client) ?? { apiVersion: 'v1', kind: 'Service', name: connection.host }
}

/**
 * Broken ways that no rule explains, one finding a place: a fault all the same. Why is not known, either because a
 * read is missing, or because our rules lack it.
 */
export function unexplainedFindings(
  unexplained: readonly UnexplainedHop[],
  network: Network,
  seen: {
    readonly unknown: readonly UnknownCheck[]
    readonly gaps: readonly Gap[]
    readonly rules: readonly AnyRule[]
  },
  severityOf: (path: Path) => Finding['severity'],
): readonly Finding[] {
  const open = network.inventory.snapshot.coverage.world === 'open'
  return [...Map.groupBy(unexplained, ({ hop }) => hop.place)].flatMap(([place, [first]]) => {
    if (first === undefined) return []
    const { path, hop } = first
    const about = whatBroke(path, network)
    const hiding = hidingGaps(first, about, seen.unknown, seen.gaps, seen.rules)
    return [
      {
        key: `${unexplainedRule} ${keyOf(about)} ${place}`,
        rule: unexplainedRule,
        severity: severityOf(path),
        proof: open ? ('likely' as const) : ('proven' as const),
        about,
        subject: about,
        open,
        place,
        places: [place],
        summary: say`Connections to ${path.connection.host} break at ${word(hop.kind)} (${word(hop.verdict.reason ?? 'no reason given')}), and ${because(hiding)}`,
        evidence: [],
        advice: adviceFor(hiding),
      },
    ]
  })
}

function because(gaps: readonly Gap[]): Text {
  if (gaps.length === 0) return word('no rule knows why')
  const kinds = [...new Set(gaps.map(({ kind }) => kind))].sort()
  return say`why is not known: ${listed(kinds.map(word))} could not be read`
}

function adviceFor(gaps: readonly Gap[]): readonly Text[] {
  if (gaps.length === 0)
    return [word('please report it, with a snapshot: kubectl netdoctor snapshot -o snapshot.json.gz')]
  const permissions = [...new Set(gaps.flatMap(({ permission }) => permission ?? []))].sort()
  return permissions.map((permission) => say`ask for the right to ${permission}, and run this again`)
}
