import type { PeerSummary } from '../diagnosis/isolation/peers.ts'
import type { RuleSummary } from '../diagnosis/isolation/summary.ts'
import type { Direction } from '../network/policy/model.ts'
import { escapeText } from './escape.ts'
import { objectText } from './policy-ends.ts'

const mostNamed = 4

/**
 * Whom a peer means, in words. In short, a selector of labels is called by the workloads that have them now; in full as
 * it is written, then who that is.
 */
export function peerText(peer: PeerSummary, direction: Direction, home: string, isShort: boolean): string {
  switch (peer.is) {
    case 'everyone':
      return direction === 'ingress' ? 'anyone' : 'any destination'
    case 'pods':
      return (isShort ? shortText(peer, home) : undefined) ?? podsText(peer, home)
    case 'block': {
      const except = peer.except.length === 0 ? '' : ` except ${peer.except.map(escapeText).join(', ')}`
      return `addresses in ${escapeText(peer.cidr)}${except}`
    }
    case 'nodes':
      return peer.labels === undefined ? 'any node' : `nodes with ${escapeText(peer.labels)}`
    case 'domain-names':
      return `the domain names ${peer.names.map(escapeText).join(', ')}`
    case 'invalid':
      return 'nobody (an invalid peer)'
  }
}

/** The workloads themselves, where their namespace is named and all of them are known. */
function shortText({ pods, namespaces, workloads, isWhole }: PodsSummary, home: string): string | undefined {
  const isNamed = typeof namespaces === 'object' && 'own' in namespaces
  if (pods === undefined || !isNamed || isWhole === false) return undefined
  if (workloads.length === 0 || workloads.length > mostNamed) return undefined
  return workloads.map((item) => objectText(item, home)).join(', ')
}

type PodsSummary = Extract<PeerSummary, { is: 'pods' }>

function podsText({ pods, namespaces, matched, workloads, isWhole }: PodsSummary, home: string): string {
  const where = whereText(namespaces, home)
  const isHome = typeof namespaces === 'object' && 'own' in namespaces && namespaces.own === home
  const who =
    pods === undefined
      ? `any pod${isHome ? ' of its namespace' : where}`
      : `pods with ${escapeText(pods)}${where}`
  if (matched === undefined) return `${who} (which these are is not known)`
  if (matched.length === 0) return `${who} (no namespace has it)`
  const isEveryone = pods === undefined && (namespaces === 'any' || 'own' in namespaces)
  if (isEveryone && (workloads.length > 0 || isWhole !== true)) return who
  if (workloads.length === 0) return `${who} (${noneText(namespaces, matched, isWhole)})`
  const now = workloads.slice(0, mostNamed).map((item) => objectText(item, home))
  const more = workloads.length > mostNamed ? ` and ${workloads.length - mostNamed} more` : ''
  return `${who} (${now.join(', ')}${more}${isWhole === false ? ', and what was not read' : ''})`
}

function noneText(
  namespaces: PodsSummary['namespaces'],
  matched: readonly string[],
  isWhole: PodsSummary['isWhole'],
): string {
  const isByLabels = typeof namespaces === 'object' && 'labels' in namespaces
  const where = isByLabels ? `${nameList(matched)}: ` : ''
  if (isWhole === false) return `${where}not read`
  if (isWhole === 'open') return `${where}none in these files`
  return isByLabels ? `${where}no such pod now` : 'none now'
}

function whereText(namespaces: PodsSummary['namespaces'], home: string): string {
  if (namespaces === 'any') return ' of any namespace'
  if ('labels' in namespaces) return ` of namespaces with ${escapeText(namespaces.labels)}`
  return namespaces.own === home ? '' : ` of namespace ${escapeText(namespaces.own)}`
}

const nameList = (names: readonly string[]): string =>
  `${names.slice(0, mostNamed).map(escapeText).join(', ')}${names.length > mostNamed ? ', ...' : ''}`

/** `80/TCP`, `53/UDP, 53/TCP`, `any port`. */
export function rulePorts({ ports }: Pick<RuleSummary, 'ports'>): string {
  return ports === undefined ? 'any port' : [...new Set(ports)].map(escapeText).join(', ')
}
