import type { Gap } from '../../snapshot/snapshot.ts'
import { escapeText } from '../escape.ts'

const adminKinds: ReadonlySet<string> = new Set([
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
])

/**
 * Policies that were not read and are taken for absent, in one sentence for each kind of them: whose they are, and what
 * would settle it.
 */
export function assumedAbsent(gaps: readonly Gap[]): readonly string[] {
  const groups = Map.groupBy(gaps, ({ kind }) => {
    if (adminKinds.has(kind)) return 'no cluster-wide policies'
    if (kind.startsWith('Cilium') || kind.startsWith('Calico')) return 'no policies of Cilium or Calico'
    if (kind === 'Node') return 'that no address here is one of a node'
    return kind === 'Service' ? 'that no address here is one of a Service' : `no ${kind} in the way`
  })
  return [...groups].map(([what, own]) => {
    const permissions = [...new Set(own.flatMap(({ permission }) => permission ?? []))]
    const rights = permissions.slice(0, mostRights).map(escapeText).join(', ')
    const more = permissions.length > mostRights ? ', ...' : ''
    return `${what} (${permissions.length === 0 ? 'not read' : `no right to ${rights}${more}`})`
  })
}

const mostRights = 3
