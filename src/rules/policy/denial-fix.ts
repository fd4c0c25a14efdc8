import type { Edit } from '../../network/edit.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import { type Patch, remedyFor } from '../../network/policy/patch.ts'
import { keyOf } from '../../snapshot/snapshot.ts'
import { clientOf } from '../client/dialled.ts'
import type { FindingDraft } from '../finding.ts'
import { say, type Text, word } from '../text.ts'
import { clientsOf, type DenialGroup } from './denied-group.ts'

/** More edits than this are no fix that somebody would read. */
const mostEdits = 5

type Mending = Pick<FindingDraft, 'fix' | 'advice'>

const table = memoTable<Mending>('rules.policy.mending')

/** The smallest edits that let all clients of a group through, or what to do where there is none. */
export function mending(group: DenialGroup, network: Network): Mending {
  return network.inventory.memo.get(table, group, () => mend(group, network))
}

function mend(group: DenialGroup, network: Network): Mending {
  const remedies = group.denials.map(({ explanation }) => {
    const { patches, noPatch } = remedyFor(explanation, network.policy)
    const lasting = patches.filter((patch) => !takesFromTemplate(patch, network))
    const narrow = lasting.filter(({ isWide }) => isWide !== true)
    return { noPatch, patches: narrow.length > 0 ? narrow : lasting }
  })
  const none = remedies.find(({ patches }) => patches.length === 0)
  if (none !== undefined) return { advice: [whyNone(none.noPatch ?? 'unknown')] }
  const same = merged(remedies.flatMap(({ patches }) => patches.slice(0, 1)))
  const edits = same ?? merged(remedies.flatMap(({ patches }) => additive(patches)))
  if (edits === undefined || edits.length === 0 || edits.length > mostEdits)
    return {
      advice: [
        say`let them through by one policy, once it is clear which of these ${word(String(clientsOf(group).length))} clients need it`,
        ...oneByOne(group),
      ],
    }
  // A first policy for a pod takes away what nobody asked about.
  const isolates = remedies.some(({ patches }) => patches[0]?.isolates === true)
  const note = isolates
    ? word('It isolates the pods that it selects: list in it whoever else may pass, or that is denied then.')
    : undefined
  return { fix: { edits, note } }
}

/** The command that shows the smallest change for the first of them. */
function oneByOne({ denials: [first] }: DenialGroup): readonly Text[] {
  const client = first === undefined ? undefined : clientOf(first.connection)
  if (first?.destination.kind !== 'service' || client === undefined) return []
  const { namespace = '', name } = first.destination.service.metadata
  const port = first.destination.port?.port ?? first.connection.port
  const from = `${client.namespace}/${client.reference.kind.toLowerCase()}/${client.reference.name}`
  const to = `${namespace}/svc/${name}${port === undefined ? '' : `:${port}`}`
  return [say`The smallest change for one of them: kubectl netdoctor policy --from ${from} --to ${to}`]
}

/** Whether pods that workloads would make carry the label that a rule would ask for no more. */
function takesFromTemplate({ is, field, before }: Patch, { workloads }: Network): boolean {
  const [, key] = /\.podSelector\.matchLabels\.(.+)$/.exec(field) ?? []
  if (is !== 'change-value' || key === undefined) return false
  return workloads
    .namespaces()
    .some((namespace) => workloads.in(namespace).items.some(({ labels }) => labels[key] === before))
}

/** Two values cannot stand in one place: then each client gets an entry of its own. */
const additive = (patches: readonly Patch[]): readonly Patch[] =>
  patches.filter(({ is }) => is !== 'change-value').slice(0, 1)

/** One edit an object. `undefined` when two patches put different values in the same place. */
function merged(patches: readonly Patch[]): readonly Edit[] | undefined {
  const byObject = Map.groupBy(patches, ({ edit }) => keyOf(edit.reference))
  const edits = [...byObject.values()].map((group) => mergeOne(group.map(({ edit }) => edit)))
  return edits.includes(undefined) ? undefined : edits.filter((edit) => edit !== undefined)
}

function mergeOne(edits: readonly Edit[]): Edit | undefined {
  const distinct = [...new Map(edits.map((edit) => [JSON.stringify(edit), edit])).values()]
  const [first, second] = distinct
  if (first === undefined || second === undefined) return first
  const operations = distinct.flatMap((edit) => (edit.kind === 'patch' ? edit.operations : []))
  const replaced = operations.filter(({ op }) => op === 'replace').map(({ path }) => path)
  const isClear = distinct.every(({ kind }) => kind === 'patch') && new Set(replaced).size === replaced.length
  return isClear ? { kind: 'patch', reference: first.reference, operations } : undefined
}

function whyNone(reason: string): Text {
  switch (reason) {
    case 'host-network':
      return word('whether policies hold for pods on the host network is up to the network plugin')
    case 'no-address':
      return word('the other end has no address yet; look again when its pods run')
    default:
      return word('no change of a NetworkPolicy alone would allow it')
  }
}
