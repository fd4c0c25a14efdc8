import { textMap } from '../../snapshot/kinds/json.ts'
import type { LabelSelector, LabelSelectorRequirement } from '../../snapshot/kinds/kind.ts'

/**
 * A label selector as kubectl and CoreDNS's options write it: `app=web,tier in (a, b),!old`.
 *
 * @returns `undefined` for what is none
 */
export function parseSelectorText(text: string): LabelSelector | undefined {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim())
  const found = parts.map(requirementOf)
  const matchExpressions = found.filter((item) => item !== undefined)
  if (matchExpressions.length < parts.length) return undefined
  return { matchLabels: textMap({}), matchExpressions }
}

function requirementOf(part: string): LabelSelectorRequirement | undefined {
  const set = /^([\w./-]{1,320})\s+(in|notin)\s*\(([^()]*)\)$/.exec(part)
  if (set !== null) {
    const [, key = '', operator, values = ''] = set
    return {
      key,
      operator: operator === 'in' ? 'In' : 'NotIn',
      values: values.split(',').map((value) => value.trim()),
    }
  }
  const equal = /^([\w./-]{1,320})\s*(==|!=|=)\s*([\w.-]*)$/.exec(part)
  if (equal !== null) {
    const [, key = '', sign, value = ''] = equal
    return { key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] }
  }
  const exists = /^(!?)\s*([\w./-]{1,320})$/.exec(part)
  if (exists === null) return undefined
  return { key: exists[2] ?? '', operator: exists[1] === '!' ? 'DoesNotExist' : 'Exists', values: [] }
}
