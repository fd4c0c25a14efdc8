import type { TextMap } from '../../snapshot/kinds/json.ts'

/**
 * Whether a selector of Calico's may select something with these labels. Of the language only `all()`, `has(key)`,
 * `!has(key)`, `key == 'value'` and `&&` are read; whatever else a selector says may hold.
 *
 * @param selector absent and empty select everything
 */
export function maySelectInCalico(selector: string | undefined, labels: TextMap): boolean {
  const parts = conjuncts(selector ?? '')
  return parts === undefined || parts.every((part) => mayHold(part, labels))
}

/** The parts between `&&`; `undefined` where other operators or parentheses bind them differently. */
function conjuncts(selector: string): readonly string[] | undefined {
  const tokens = selector.match(/'[^']*'|"[^"]*"|&&|\|\||[^'"&|]+|['"&|]/g) ?? []
  if (tokens.some((token) => token === '||' || /^['"&|]$/.test(token))) return undefined
  const outside = tokens.filter((token) => !/^['"]/.test(token)).join(' ')
  if (/[()]/.test(outside.replaceAll(/\b(?:has\([^()]*\)|all\(\)|global\(\))/g, ''))) return undefined
  const parts: string[] = ['']
  for (const token of tokens) {
    if (token === '&&') parts.push('')
    else parts.push(`${parts.pop() ?? ''}${token}`)
  }
  return parts.map((part) => part.trim())
}

const comparison = /^(?<key>[\w./-]+)\s*==\s*(?:'(?<single>[^']*)'|"(?<double>[^"]*)")$/
const presence = /^(?<not>!?)\s*has\(\s*(?<key>[\w./-]+)\s*\)$/

function mayHold(part: string, labels: TextMap): boolean {
  const compared = comparison.exec(part)?.groups
  if (compared !== undefined) {
    const { key = '', single, double } = compared
    return isCalicoOwn(key) || labels[key] === (single ?? double)
  }
  const asked = presence.exec(part)?.groups
  if (asked === undefined) return true
  const { key = '', not } = asked
  return isCalicoOwn(key) || (labels[key] !== undefined) === (not === '')
}

/** Labels that Calico adds: of the namespace, the service account, the orchestrator. */
function isCalicoOwn(key: string): boolean {
  return /^(projectcalico\.org\/|pcns\.|pcsa\.)/.test(key)
}
