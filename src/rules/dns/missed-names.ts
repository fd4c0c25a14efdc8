import type { Nameserver } from '../../network/dns/resolver.ts'
import { type Edit, type PatchOperation, pointer } from '../../network/edit.ts'
import { nameLookup } from '../../network/flows/name-lookups.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { PodSpec } from '../../snapshot/kinds/pod-spec.ts'
import { clientOf, dialEvidence, severityFor } from '../client/dialled.ts'
import { lookUp } from '../confirm.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { listed, say, type Text } from '../text.ts'

/** The names of the cluster that a workload dials, and that the server which it asks does not know. */
export interface Missed {
  readonly workload: Workload
  readonly connections: readonly [Connection, ...Connection[]]
  readonly nameserver: Nameserver
}

const table = memoTable<Missed | undefined>('rules.dns.missed')

/**
 * `undefined` for clients that ask the cluster's DNS, and those that dial none of its names.
 *
 * @param isAsked whether a client with this template is the rule's business
 */
export function missedNames(
  connection: Connection,
  network: Network,
  isAsked: (spec: PodSpec) => boolean,
): Missed | undefined {
  const workload = clientOf(connection)
  if (workload === undefined || !isAsked(workload.spec)) return undefined
  const name = nameLookup(connection, network)
  if (name === undefined) return undefined
  if (name.meaning !== 'outside-resolver') {
    // A name of which nobody may say whether it is the cluster's.
    whole({ items: [], gaps: name.lookup.gaps })
    return undefined
  }
  return network.inventory.memo.get(table, workload, () => {
    const found = network.traffic.from(workload).items.flatMap((item) => {
      const name = nameLookup(item, network)
      return name?.meaning === 'outside-resolver' ? [{ item, name }] : []
    })
    const [first, ...rest] = found
    const nameserver = first?.name.lookup.nameserver
    if (first === undefined || nameserver === undefined) return undefined
    return { workload, nameserver, connections: [first.item, ...rest.map(({ item }) => item)] }
  })
}

/** What such findings have in common. */
export function missedDraft(
  { workload, connections }: Missed,
  {
    who,
    why,
    evidence,
    dnsPolicy,
  }: {
    /** The beginning of the sentence: who asks whom. */
    readonly who: Text
    readonly why: Text
    readonly evidence: readonly Evidence[]
    /** The policy that would be right. */
    readonly dnsPolicy: string
  },
): FindingDraft {
  const hosts = [...new Set(connections.map(({ host }) => host))]
  const shown = hosts.slice(0, 3).map((host) => say`${host}`)
  const more = hosts.length - shown.length
  const edit = usePolicy(workload, dnsPolicy)
  return {
    proof: 'likely',
    severity: severityFor(workload, 'error'),
    about: workload.reference,
    place: place.client(workload),
    summary: say`${who}, and cannot resolve names of the cluster: ${listed(more > 0 ? [...shown, say`${more} more`] : shown)}`,
    detail: why,
    evidence: [...evidence, ...dialEvidence(connections.slice(0, 5).flatMap(({ dials }) => dials))],
    ...(edit === undefined
      ? { advice: [say`make it anew with dnsPolicy: ${dnsPolicy}`] }
      : { fix: { edits: [edit] } }),
    confirm: lookUp(workload, connections[0]),
  }
}

/** Kinds whose pod template cannot be changed once they exist. */
const immutable: ReadonlySet<string> = new Set(['Pod', 'Job'])

/** The workload with another policy, and without nameservers of its own. */
function usePolicy({ reference, object, spec, specPath }: Workload, dnsPolicy: string): Edit | undefined {
  if (object === undefined || immutable.has(reference.kind)) return undefined
  const path = specPath.split('.')
  const operations: PatchOperation[] = [
    {
      op: spec.dnsPolicy === undefined ? 'add' : 'replace',
      path: pointer(...path, 'dnsPolicy'),
      value: dnsPolicy,
    },
  ]
  const { nameservers = [] } = spec.dnsConfig ?? {}
  if (nameservers.length > 0)
    operations.push({ op: 'remove', path: pointer(...path, 'dnsConfig', 'nameservers') })
  return { kind: 'patch', reference, operations }
}
