import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { PolicySelector } from '../../snapshot/kinds/policy-selector.ts'

type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'

export interface Requirement {
  /** Below the selector: `matchLabels.app`, `matchExpressions[0]`. */
  readonly field: string
  readonly key: string
  readonly operator: Operator
  readonly values: readonly string[]
}

/** A label selector as a list of requirements that must all hold. */
export interface Selector {
  /** Equal selectors have equal texts, however they were written. */
  readonly canonical: string
  readonly requirements: readonly Requirement[]
  /** Below the selector; an invalid selector is not evaluated. */
  readonly faults: readonly SelectorFault[]
}

export interface SelectorFault {
  readonly field: string
  readonly value: string
  readonly message: string
}

const operators: readonly Operator[] = ['In', 'NotIn', 'Exists', 'DoesNotExist']

/**
 * Reads a label selector; an absent one selects everything.
 * Source: apimachinery, labels/selector.go (NewRequirement) and meta/v1/validation.
 */
export function readSelector(selector: PolicySelector | undefined): Selector {
  if (selector === undefined) return everything
  const faults: SelectorFault[] = (selector.unreadFields ?? []).map((field) => ({
    field,
    value: '',
    message: 'is not a part of a label selector that can be read',
  }))
  const requirements: Requirement[] = Object.entries(selector.matchLabels).map(([key, value]) => ({
    field: `matchLabels.${key}`,
    key,
    operator: 'In',
    values: [value],
  }))
  for (const [index, { key, operator: written, values }] of selector.matchExpressions.entries()) {
    const field = `matchExpressions[${index}]`
    const operator = operators.find((known) => known === written)
    if (operator === undefined) {
      faults.push({
        field: `${field}.operator`,
        value: written,
        message: `must be one of ${operators.join(', ')}`,
      })
      continue
    }
    const takesValues = operator === 'In' || operator === 'NotIn'
    if (takesValues !== values.length > 0)
      faults.push({
        field: `${field}.values`,
        value: values.join(','),
        message: takesValues ? `must not be empty with ${operator}` : `must be empty with ${operator}`,
      })
    requirements.push({ field, key, operator, values })
  }
  for (const { field, key, values } of requirements) {
    if (!isLabelKey(key)) faults.push({ field, value: key, message: 'has a key that no label can have' })
    const wrong = values.find((value) => !isLabelValue(value))
    if (wrong !== undefined)
      faults.push({ field, value: wrong, message: 'has a value that no label can have' })
  }
  return { canonical: canonical(requirements), requirements, faults }
}

/** Source: apimachinery, util/validation, IsQualifiedName. */
function isLabelKey(key: string): boolean {
  // Nearly all are plain words.
  if (!key.includes('/')) return key !== '' && isLabelValue(key)
  const [name = '', prefix, ...more] = key.split('/').reverse()
  if (more.length > 0 || name === '' || !isLabelValue(name)) return false
  if (prefix === undefined) return true
  return (
    prefix.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix)
  )
}

/** Source: apimachinery, util/validation, IsValidLabelValue. */
function isLabelValue(value: string): boolean {
  return value.length <= 63 && /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value)
}

const everything: Selector = { canonical: '', requirements: [], faults: [] }

function canonical(requirements: readonly Requirement[]): string {
  const parts = requirements.map(({ key, operator, values }) =>
    JSON.stringify([key, operator, ...(values.length < 2 ? values : [...new Set(values)].sort())]),
  )
  return parts.length < 2 ? (parts[0] ?? '') : [...new Set(parts)].sort().join('&')
}

/** Whether labels meet one requirement; NotIn and DoesNotExist hold for an absent key. */
export function meets(labels: TextMap, { key, operator, values }: Requirement): boolean {
  const value = labels[key]
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
  }
}

/** Whether labels meet all requirements of a selector without faults. */
export function selects(selector: Selector, labels: TextMap): boolean {
  for (const requirement of selector.requirements) if (!meets(labels, requirement)) return false
  return true
}
