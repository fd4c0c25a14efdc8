import type { PolicySelector, Unread } from '../../snapshot/kinds/policy-selector.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import type { Doubt, DoubtId } from './doubt.ts'
import type { PolicyProblem, Protocol } from './model.ts'
import { readSelector, type Selector } from './selector.ts'

/** Collects what is wrong with one policy while it is read. */
export class ProblemList {
  readonly problems: PolicyProblem[] = []
  readonly reference: ObjectReference

  constructor(reference: ObjectReference) {
    this.reference = reference
  }

  invalid(id: PolicyProblem['id'], field: string, value: unknown, message: string): void {
    this.problems.push({ id, severity: 'invalid', field, value: written(value), message })
  }

  note(id: PolicyProblem['id'], field: string, value: unknown, message: string): void {
    this.problems.push({ id, severity: 'note', field, value: written(value), message })
  }

  doubt(id: DoubtId, field: string): Doubt {
    return { id, policy: this.reference, field }
  }

  /** Says which fields were not understood; a doubt when there are any. */
  unread(part: Unread, path: string): Doubt | undefined {
    for (const field of part.unreadFields ?? [])
      this.invalid(
        'unknown-field',
        `${path}.${field}`,
        '',
        'is not a field of this API version, or not of its type',
      )
    return (part.unreadFields ?? []).length > 0 ? this.doubt('unknown-field', path) : undefined
  }

  /** A selector, with its faults said; a doubt when it cannot be evaluated. */
  selector(
    written: PolicySelector | undefined,
    path: string,
  ): { readonly selector: Selector; readonly doubt?: Doubt } {
    const selector = readSelector(written)
    for (const { field, value, message } of selector.faults)
      this.invalid('selector-invalid', `${path}.${field}`, value, message)
    if (selector.faults.length === 0) return { selector }
    const isUnread = (written?.unreadFields ?? []).length > 0
    return { selector, doubt: this.doubt(isUnread ? 'unknown-field' : 'input-invalid', path) }
  }
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
}

export const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']

export function readProtocol(written: string | undefined): Protocol | undefined {
  return written === undefined ? 'TCP' : protocols.find((protocol) => protocol === written)
}

export function isPort(port: number | undefined): port is number {
  return port !== undefined && port >= 1 && port <= 65535
}

/** Whether a text may be the name of a container port. Source: apimachinery, validation.IsValidPortName. */
export function isPortName(name: string): boolean {
  return (
    name.length <= 15 &&
    /^[-a-z0-9]+$/.test(name) &&
    /[a-z]/.test(name) &&
    !name.includes('--') &&
    !name.startsWith('-') &&
    !name.endsWith('-')
  )
}
