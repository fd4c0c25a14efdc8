import type { Edit, PatchOperation } from '../network/edit.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import { shellQuote } from './escape.ts'
import { resourceName } from './words.ts'

/** The kubectl command that makes an edit, ready to be pasted. */
export function commandFor(edit: Edit): string {
  const kubectl = kubectlFor(edit.reference)
  switch (edit.kind) {
    case 'create':
      // Not echo: that of dash would take the backslashes of JSON for its own.
      return `printf %s ${shellQuote(JSON.stringify(edit.object))} | ${kubectl} apply -f -`
    case 'delete':
      return `${kubectl} delete ${targetOf(edit.reference)}`
    case 'patch':
      return patchCommand(edit.reference, edit.operations, kubectl)
  }
}

/** `svc/web`: one word, and never a flag, whatever the name begins with. */
const targetOf = (reference: ObjectReference): string => shellQuote(resourceName(reference))

/** `kubectl -n NAMESPACE`, or plain kubectl for cluster-scoped objects. */
export function kubectlFor(reference: ObjectReference): string {
  return reference.namespace === undefined ? 'kubectl' : `kubectl -n ${shellQuote(reference.namespace)}`
}

function patchCommand(
  reference: ObjectReference,
  operations: readonly PatchOperation[],
  kubectl: string,
): string {
  const target = targetOf(reference)
  if (operations.every(({ path }) => /^\/metadata\/labels\/[^/]+$/.test(path)))
    return `${kubectl} label ${target} ${labelWords(operations)}`
  const [only] = operations
  if (operations.length === 1 && only?.path === '/spec/replicas' && only.op !== 'remove') {
    return `${kubectl} scale ${target} --replicas=${Number(only.value)}`
  }
  const merged = mergePatch(operations)
  return merged === undefined
    ? `${kubectl} patch ${target} --type=json -p ${shellQuote(JSON.stringify(operations))}`
    : `${kubectl} patch ${target} --type=merge -p ${shellQuote(JSON.stringify(merged))}`
}

function labelWords(operations: readonly PatchOperation[]): string {
  const labels = operations.map(({ op, path, value }) => {
    const key = decode(path.split('/').at(-1) ?? '')
    return op === 'remove' ? `${key}-` : `${key}=${String(value)}`
  })
  return [
    ...(operations.some(({ op }) => op === 'replace') ? ['--overwrite'] : []),
    ...(labels.some((label) => label.startsWith('-')) ? ['--'] : []),
    ...labels.map(shellQuote),
  ].join(' ')
}

const decode = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')

/**
 * The operations as one merge patch; `undefined` when they reach into a list, or put a whole map in the place of
 * another: a merge patch would leave the old keys.
 */
function mergePatch(operations: readonly PatchOperation[]): Readonly<Record<string, unknown>> | undefined {
  const result = new Map<string, unknown>()
  for (const { op, path, value } of operations) {
    const steps = path.split('/').slice(1).map(decode)
    if (steps.some((step) => /^(\d+|-)$/.test(step)) || (typeof value === 'object' && value !== null))
      return undefined
    put(result, steps, op === 'remove' ? null : value)
  }
  return toRecord(result)
}

function put(target: Map<string, unknown>, [first, ...rest]: readonly string[], value: unknown): void {
  if (first === undefined) return
  if (rest.length === 0) {
    target.set(first, value)
    return
  }
  const known = target.get(first)
  const child = known instanceof Map ? known : new Map<string, unknown>()
  target.set(first, child)
  put(child, rest, value)
}

function toRecord(map: ReadonlyMap<string, unknown>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...map].map(([key, value]) => [key, value instanceof Map ? toRecord(value) : value]),
  )
}
