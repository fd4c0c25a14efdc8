import type { Network } from '../network/network.ts'
import { clientReference } from '../network/traffic/connection.ts'
import type { Finding } from '../rules/finding.ts'
import { say, word } from '../rules/text.ts'
import { keyOf, referenceTo } from '../snapshot/snapshot.ts'
import type { Hop, Path } from '../trace/path.ts'

export const unexplainedRule = 'tool/unexplained'

/** Broken ways that no rule explains, one finding a place: a fault all the same, and a lack of ours. */
export function unexplainedFindings(
  unexplained: readonly { readonly path: Path; readonly hop: Hop }[],
  network: Network,
  severityOf: (path: Path) => Finding['severity'],
): readonly Finding[] {
  const byPlace = Map.groupBy(unexplained, ({ hop }) => hop.place)
  const open = network.inventory.snapshot.coverage.world === 'open'
  return [...byPlace].flatMap(([place, items]) => {
    const [first] = items
    if (first === undefined) return []
    const { path, hop } = first
    const { destination } = network.traffic.destination(path.connection)
    const about =
      destination.kind === 'service'
        ? referenceTo(destination.service)
        : (clientReference(path.connection.client) ?? {
            apiVersion: 'v1',
            kind: 'Service',
            name: path.connection.host,
          })
    return [
      {
        key: `${unexplainedRule} ${keyOf(about)} ${place}`,
        rule: unexplainedRule,
        severity: severityOf(path),
        proof: open ? ('likely' as const) : ('proven' as const),
        about,
        open,
        place,
        places: [place],
        summary: say`Connections to ${path.connection.host} break at ${word(hop.kind)} (${word(hop.verdict.reason ?? 'no reason given')}), and no rule knows why`,
        evidence: [],
        advice: [word('please report it, with a snapshot: kubectl netdoctor snapshot -o snapshot.json.gz')],
      },
    ]
  })
}
