import type { PatchOperation } from '../network/edit.ts'
import { isRecord } from '../snapshot/kinds/json.ts'

function steps(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function child(parent: unknown, step: string): unknown {
  if (Array.isArray(parent)) return parent[Number(step)]
  return isRecord(parent) && Object.hasOwn(parent, step) ? parent[step] : undefined
}

function withChild(parent: unknown, step: string, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(parent))
    return parent.map((item: unknown, index) => (index === Number(step) ? change(item) : item))
  return { ...(isRecord(parent) ? parent : {}), [step]: change(child(parent, step)) }
}

function atLeaf(parent: unknown, step: string, { op, value }: PatchOperation): unknown {
  if (Array.isArray(parent)) {
    const index = step === '-' ? parent.length : Number(step)
    const rest = op === 'add' ? parent.slice(index) : parent.slice(index + 1)
    return [...parent.slice(0, index), ...(op === 'remove' ? [] : [value]), ...rest]
  }
  const record = isRecord(parent) ? parent : {}
  if (op === 'remove') return Object.fromEntries(Object.entries(record).filter(([key]) => key !== step))
  return { ...record, [step]: value }
}

/** Applies one operation of RFC 6902 to a copy; parents that are missing are made, as a strategic merge would. */
export function applyOperation(target: unknown, operation: PatchOperation): unknown {
  const path = steps(operation.path)
  const apply = (value: unknown, depth: number): unknown => {
    const step = path[depth]
    if (step === undefined) return operation.op === 'remove' ? undefined : operation.value
    if (depth === path.length - 1) return atLeaf(value, step, operation)
    return withChild(value, step, (inner) => apply(inner, depth + 1))
  }
  return apply(target, 0)
}

/** The value at a JSON pointer; `undefined` when there is none. */
function valueAt(target: unknown, pointer: string): unknown {
  return steps(pointer).reduce<unknown>(child, target)
}

/** The operations that take others back, for the object as it was before: each for what the ones before it left. */
export function inverses(target: unknown, operations: readonly PatchOperation[]): readonly PatchOperation[] {
  const found: PatchOperation[] = []
  let now = target
  for (const operation of operations) {
    found.unshift(inverse(now, operation))
    now = applyOperation(now, operation)
  }
  return found
}

function inverse(target: unknown, { op, path }: PatchOperation): PatchOperation {
  const list = valueAt(target, path.slice(0, path.lastIndexOf('/')))
  // What is put into a list is taken from there by its number: nothing was in its place before.
  if (op === 'add' && Array.isArray(list))
    return { op: 'remove', path: path.endsWith('/-') ? `${path.slice(0, -1)}${list.length}` : path }
  const before = valueAt(target, path)
  if (op === 'remove') return { op: 'add', path, value: before }
  return before === undefined ? { op: 'remove', path } : { op: 'replace', path, value: before }
}
