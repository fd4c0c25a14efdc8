import type { Edit, PatchOperation } from '../network/edit.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import { shellQuote } from './escape.ts'
import { resourceName, resourceType } from './words.ts'

/** The kubectl command that makes an edit, ready to be pasted. */
export function commandFor(edit: Edit): string {
  const kubectl = kubectlFor(edit.reference)
  switch (edit.kind) {
    case 'create':
      return `echo ${shellQuote(JSON.stringify(edit.object))} | ${kubectl} apply -f -`
    case 'delete':
      return `${kubectl} delete ${resourceType(edit.reference)} ${shellQuote(edit.reference.name)}`
    case 'patch':
      return patchCommand(edit.reference, edit.operations, kubectl)
  }
}

/** `kubectl -n NAMESPACE`, or plain kubectl for cluster-scoped objects. */
export function kubectlFor(reference: ObjectReference): string {
  return reference.namespace === undefined ? 'kubectl' : `kubectl -n ${shellQuote(reference.namespace)}`
}

function patchCommand(
  reference: ObjectReference,
  operations: readonly PatchOperation[],
  kubectl: string,
): string {
  const target = `${resourceType(reference)} ${shellQuote(reference.name)}`
  if (operations.every(({ path }) => /^\/metadata\/labels\/[^/]+$/.test(path))) {
    const labels = operations.map(({ op, path, value }) => {
      const key = decode(path.split('/').at(-1) ?? '')
      return shellQuote(op === 'remove' ? `${key}-` : `${key}=${String(value)}`)
    })
    const overwrite = operations.some(({ op }) => op === 'replace') ? ' --overwrite' : ''
    return `${kubectl} label ${target} ${labels.join(' ')}${overwrite}`
  }
  const [only] = operations
  if (operations.length === 1 && only?.path === '/spec/replicas' && only.op !== 'remove') {
    return `${kubectl} scale ${shellQuote(resourceName(reference))} --replicas=${Number(only.value)}`
  }
  const merged = mergePatch(operations)
  return merged === undefined
    ? `${kubectl} patch ${target} --type=json -p ${shellQuote(JSON.stringify(operations))}`
    : `${kubectl} patch ${target} --type=merge -p ${shellQuote(JSON.stringify(merged))}`
}

const decode = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')

/** The operations as one merge patch; `undefined` when they reach into a list, which a merge patch cannot. */
function mergePatch(operations: readonly PatchOperation[]): Readonly<Record<string, unknown>> | undefined {
  const result = new Map<string, unknown>()
  for (const { op, path, value } of operations) {
    const steps = path.split('/').slice(1).map(decode)
    if (steps.some((step) => /^(\d+|-)$/.test(step)) || Array.isArray(value)) return undefined
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
