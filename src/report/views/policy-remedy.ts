import { objectAt, undo } from '../../change/changed-world.ts'
import type { FlowChange } from '../../change/flow-table.ts'
import { ownerOf } from '../../change/owner.ts'
import { isRemedy } from '../../diagnosis/flow/remedies.ts'
import type { FlowRemedy, NoRemedy } from '../../diagnosis/flow/remedy.ts'
import type { Network } from '../../network/network.ts'
import type { Patch } from '../../network/policy/patch.ts'
import { commandFor } from '../commands.ts'
import type { Row, RowLine } from '../document.ts'
import { escapeText } from '../escape.ts'
import { changedEndText, changedPortsText } from '../policy-ends.ts'
import { count } from '../words.ts'
import { type Locate, ruleText } from './policy-direction.ts'
import { ownerText } from './problem.ts'

export interface RemedyOptions {
  readonly network: Network
  readonly locate: Locate
  /** Namespace that needs no mention. */
  readonly home: string | undefined
}

const noPatch: Readonly<Record<NoRemedy['why'], string>> = {
  'not-denied': '',
  'admin-deny': 'no NetworkPolicy can allow it: the admin tier comes first, and there it is denied by',
  'host-network': 'no NetworkPolicy is sure to help: the network plugin decides about host-network pods',
  'no-address': 'no rule can name the other end: it has no address yet',
  unknown: 'no change is sure to help',
}

/** What to change, what comes of it, and who else would get in. */
export function remedyRows(remedy: FlowRemedy | NoRemedy, options: RemedyOptions): readonly Row[] {
  if (!isRemedy(remedy)) {
    const by = remedy.deniedBy.map((rule) => ruleText(rule, options.locate)).join(', ')
    return [{ label: 'fix', lines: [{ text: `${noPatch[remedy.why]}${by === '' ? '' : ` ${by}`}` }] }]
  }
  const { steps, allows, opens, closes } = remedy
  const works =
    allows.passing === allows.of
      ? 'tried on a copy: allowed then'
      : `tried on a copy: ${allows.passing} of ${count(allows.of, 'denied pair')} allowed then`
  return [
    { label: 'fix', lines: [...steps.flatMap(({ patch }) => patchLines(patch, options)), { text: works }] },
    ...undoRows(steps, options),
    { label: 'opens', lines: opensLines(opens, options) },
    ...(closes.length === 0
      ? []
      : [{ label: 'closes', tone: 'bad' as const, lines: changeLines(closes, options) }]),
  ]
}

/** Of files, nothing is changed by a command. */
function undoRows(steps: FlowRemedy['steps'], { network }: RemedyOptions): readonly Row[] {
  if (network.inventory.snapshot.coverage.declared) return []
  const edits = undo(
    steps.map(({ patch }) => patch.edit),
    network,
  )
  return edits === undefined
    ? []
    : [{ label: 'undo', lines: edits.map((edit) => ({ command: commandFor(edit) })) }]
}

function patchLines(patch: Patch, { network, locate }: RemedyOptions): readonly RowLine[] {
  const { declared } = network.inventory.snapshot.coverage
  const object = objectAt(patch.policy, network)
  const owner = object === undefined ? undefined : ownerOf(object)
  const at = locate?.(patch.policy, patch.field)
  const where = at === undefined ? '' : ` (${at})`
  const shown = escapeText(JSON.stringify(patch.after))
  const words =
    patch.is === 'change-value'
      ? `in NetworkPolicy ${escapeText(patch.policy.name)} ${escapeText(patch.field)}${where}: ${escapeText(patch.before ?? '')} -> ${escapeText(String(patch.after))}`
      : patch.is === 'new-policy'
        ? `a new NetworkPolicy ${escapeText(patch.policy.name)} in namespace ${escapeText(patch.policy.namespace ?? '')}${declared ? ', as a document for a file:' : ''}`
        : `add to NetworkPolicy ${escapeText(patch.policy.name)} ${escapeText(patch.field)}${where}: ${shown}`
  return [
    { text: words },
    // JSON is YAML too: one line that can be put into a file as it is.
    ...(declared && patch.edit.kind === 'create'
      ? [{ command: escapeText(JSON.stringify(patch.edit.object)) }]
      : []),
    ...(patch.isolates
      ? [{ text: 'it isolates the pods that it selects: what it does not list is denied then' }]
      : []),
    ...(declared ? [] : [{ command: commandFor(patch.edit) }]),
    ...(owner === undefined ? [] : [{ text: ownerText(owner) }]),
  ]
}

const mostChanges = 5

function opensLines(opens: readonly FlowChange[] | undefined, options: RemedyOptions): readonly RowLine[] {
  if (opens === undefined) return [{ text: 'not looked for: too many pods' }]
  return opens.length === 0 ? [{ text: 'nothing else' }] : changeLines(opens, options)
}

function changeLines(changes: readonly FlowChange[], { home }: RemedyOptions): readonly RowLine[] {
  const shown = changes.slice(0, mostChanges).map(({ source, destination, ports, effect }) => ({
    text: `${changedEndText(source, home)} -> ${changedEndText(destination, home)} ${changedPortsText(ports)}${effect === 'unknown' ? ' (perhaps)' : ''}`,
  }))
  const more = changes.length - shown.length
  return more === 0 ? shown : [...shown, { text: `and ${more} more (-o json has all)` }]
}
