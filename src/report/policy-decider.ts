import type { Decider } from '../diagnosis/expected/deciders.ts'
import type { Locate } from '../snapshot/files/load.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import { resourceName } from './words.ts'

/**
 * `denied: isolated by shop/netpol/closed, no rule matches`; not escaped.
 *
 * @param home the namespace that needs no mention
 */
export function deciderText(
  { outcome, rules, isolatedBy, doubts }: Decider,
  locate: Locate | undefined,
  home?: string,
): string {
  if (outcome === 'unknown') return `unknown: ${doubts.join(', ')}`
  const word = outcome === 'passes' ? 'allowed' : 'denied'
  if (rules.length > 0) return `${word} by ${rules.map((rule) => ruleText(rule, locate, home)).join(' and ')}`
  if (isolatedBy.length === 0) return `${word}: no policy isolates`
  return `${word}: isolated by ${isolatedBy.map((policy) => nameOf(policy, home)).join(', ')}, no rule matches`
}

function ruleText(
  { policy, path }: Decider['rules'][number],
  locate: Locate | undefined,
  home: string | undefined,
): string {
  const at = locate?.(policy, path)
  return `${nameOf(policy, home)} ${path.replace(/^spec\./, '')}${at === undefined ? '' : ` (${at})`}`
}

function nameOf(reference: ObjectReference, home: string | undefined): string {
  const { namespace } = reference
  return `${namespace === undefined || namespace === home ? '' : `${namespace}/`}${resourceName(reference)}`
}
