import type { Edit } from '../../network/edit.ts'
import { needsLookup } from '../../network/flows/lookups.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import { type Place, place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { clientOf } from '../client/dialled.ts'
import type { FindingDraft, Severity } from '../finding.ts'
import { listed, say, type Text, word } from '../text.ts'
import { type DnsGroup, type DnsTrouble, dnsTroubles, troubleKey } from './dns-trouble.ts'
import { rulesText } from './rules-text.ts'

/** The clients of a namespace that one policy keeps from their nameserver in one way. */
export function dnsGroup(
  connection: Connection,
  is: DnsTrouble['is'],
  network: Network,
): DnsGroup | undefined {
  const workload = clientOf(connection)
  if (workload === undefined || !needsLookup(connection)) return undefined
  const { byClient, alike } = dnsTroubles(workload.namespace, network)
  const own = byClient.get(workload.key)
  if (own === undefined || own.is !== is) return undefined
  return alike.get(troubleKey(own))
}

export interface DnsStory {
  readonly summary: Text
  readonly detail: Text
  readonly proof: 'proven' | 'likely'
  readonly severity?: Severity | undefined
  readonly edit: Edit | undefined
  /** Where the linter speaks of the same slip. */
  readonly lintedAt?: Place | undefined
}

const known = memoTable<FindingDraft>('rules.policy.dnsFindings')

/** The finding about a group, the same for each of its clients: at the lookups of all of them. */
export function dnsFinding(
  group: DnsGroup,
  tell: (first: DnsTrouble) => DnsStory,
  network: Network,
): FindingDraft {
  return network.inventory.memo.get(known, group, () => draftOf(group, tell(group[0])))
}

function draftOf(group: DnsGroup, { edit, lintedAt, ...story }: DnsStory): FindingDraft {
  const [{ policy, explanation, rule, workload }] = group
  const isAsleep = group.every(({ workload: { replicas } }) => replicas === 0)
  const isPartial = group.every(({ share }) => share !== undefined)
  return {
    ...story,
    severity: isAsleep || isPartial ? 'warning' : story.severity,
    about: policy,
    place: place.policyPart(policy, 'DNS'),
    alsoAt: [
      ...(lintedAt === undefined ? [] : [lintedAt]),
      ...group.map((trouble) => place.resolver(trouble.workload.key)),
    ],
    evidence: [
      ...explanation.isolatedBy.slice(0, 3).map((isolation) => ({
        reference: isolation.policy,
        field: 'spec.egress',
        value: isolation.rules === 0 ? undefined : rulesText(isolation.rules),
      })),
      ...(rule === undefined
        ? []
        : [{ reference: rule.policy, field: `${rule.path}.ports`, value: undefined }]),
    ],
    fix: edit === undefined ? undefined : { edits: [edit] },
    advice:
      edit === undefined ? [word('allow UDP and TCP port 53 to the nameserver of these pods')] : undefined,
    confirm: lookItUp(workload),
  }
}

function lookItUp({ reference: { kind, name }, namespace }: DnsTrouble['workload']): Text {
  return say`kubectl -n ${namespace} exec ${`${kind.toLowerCase()}/${name}`} -- nslookup kubernetes.default`
}

/** What answers: `the pods of Service kube-dns`, or an address. */
export function serverWords({ lookup: { nameserver } }: DnsTrouble): Text {
  const { kind, service, address = '' } = nameserver
  if (kind === 'node-local') return say`the node's DNS cache ${address}`
  return service === undefined ? say`${address}` : say`the pods of ${referenceTo(service)}`
}

/** `Deployment web cannot resolve any name`; `web and api cannot ...`. */
export function policyWords({ explanation }: DnsTrouble): Text {
  return listed(explanation.isolatedBy.map(({ policy }) => say`${policy}`))
}
