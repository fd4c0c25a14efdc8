import type { Decider } from '../diagnosis/expected/deciders.ts'
import type { Locate } from '../snapshot/files/load.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import { resourceName } from './words.ts'

const name = (reference: ObjectReference): string =>
  `${reference.namespace === undefined ? '' : `${reference.namespace}/`}${resourceName(reference)}`

/** `denied: isolated by shop/netpol/closed, no rule matches`; not escaped. */
export function deciderText(
  { outcome, rules, isolatedBy, doubts }: Decider,
  locate: Locate | undefined,
): string {
  if (outcome === 'unknown') return `unknown: ${doubts.join(', ')}`
  const word = outcome === 'passes' ? 'allowed' : 'denied'
  if (rules.length > 0) return `${word} by ${rules.map((rule) => ruleText(rule, locate)).join(' and ')}`
  if (isolatedBy.length === 0) return `${word}: no policy isolates`
  return `${word}: isolated by ${isolatedBy.map(name).join(', ')}, no rule matches`
}

function ruleText({ policy, path }: Decider['rules'][number], locate: Locate | undefined): string {
  const at = locate?.(policy, path)
  return `${name(policy)} ${path.replace(/^spec\./, '')}${at === undefined ? '' : ` (${at})`}`
}
