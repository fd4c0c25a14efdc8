import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectAt, undo } from '../../src/change/changed-world.ts'
import { applyOperation, inverses } from '../../src/change/json-patch.ts'
import type { PatchOperation } from '../../src/network/edit.ts'
import { Network } from '../../src/network/network.ts'
import { commandFor } from '../../src/report/commands.ts'
import { loadFiles } from '../../src/snapshot/files/load.ts'

const apply = (target: unknown, operations: readonly PatchOperation[]): unknown =>
  operations.reduce<unknown>(applyOperation, target)

const content = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 8080}]
`
const { snapshot } = loadFiles([{ file: 'api.yaml', content }], {
  isComplete: true,
  defaultNamespace: 'shop',
})
const network = Network.of(snapshot)
const reference = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  namespace: 'shop',
  name: 'api',
}
const peer = (app: string): unknown => ({ podSelector: { matchLabels: { app } } })

/** The undo of a patch of the policy, and whether both together leave it as it was. */
function undone(operations: readonly PatchOperation[]) {
  const [edit, ...more] = undo([{ kind: 'patch', reference, operations }], network) ?? []
  if (edit?.kind !== 'patch' || more.length > 0) throw new Error('no undo of one patch')
  const before = objectAt(reference, network)
  expect(apply(apply(before, operations), edit.operations)).toEqual(before)
  return { operations: edit.operations, command: commandFor(edit) }
}

describe('undo', () => {
  it('takes what was put at the end of a list from there, by its number', () => {
    const { command } = undone([{ op: 'add', path: '/spec/ingress/0/from/-', value: peer('mobile') }])
    expect(command).toBe(
      `kubectl -n shop patch netpol/api --type=json -p '[{"op":"remove","path":"/spec/ingress/0/from/1"}]'`,
    )
  })

  it('takes several from the end of one list, the last one first', () => {
    const { operations } = undone([
      { op: 'add', path: '/spec/ingress/0/from/-', value: peer('mobile') },
      { op: 'add', path: '/spec/ingress/0/from/-', value: peer('desktop') },
    ])
    expect(operations.map(({ op, path }) => `${op} ${path}`)).toEqual([
      'remove /spec/ingress/0/from/2',
      'remove /spec/ingress/0/from/1',
    ])
  })

  it('gives back what was taken from a list at the same place twice', () => {
    undone([
      { op: 'add', path: '/spec/ingress/0/from/-', value: peer('mobile') },
      { op: 'remove', path: '/spec/ingress/0/from/0' },
      { op: 'remove', path: '/spec/ingress/0/from/0' },
    ])
  })

  it('takes back a list that was not there', () => {
    const { operations } = undone([{ op: 'add', path: '/spec/egress', value: [{ to: [peer('db')] }] }])
    expect(operations).toEqual([{ op: 'remove', path: '/spec/egress' }])
  })

  it('of any operations one after the other leaves the object as it was', () => {
    const step = fc.record({
      op: fc.constantFrom('add' as const, 'remove' as const, 'replace' as const),
      at: fc.nat(4),
      isEnd: fc.boolean(),
      isList: fc.boolean(),
      value: fc.nat(9),
    })
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 4 }), fc.array(step, { maxLength: 8 }), (list, steps) => {
        const target = { list, labels: { a: 'x', b: 'y' } }
        const operations: PatchOperation[] = []
        let now: unknown = target
        for (const { op, at, isEnd, isList, value } of steps) {
          const { list: items, labels } = now as typeof target
          const key = 'abcde'[at] ?? 'a'
          const isThere = isList ? at < items.length : Object.hasOwn(labels, key)
          if (op !== 'add' && !isThere) continue
          const place = isList ? (op === 'add' && (isEnd || at > items.length) ? '-' : String(at)) : key
          const path = `/${isList ? 'list' : 'labels'}/${place}`
          const operation: PatchOperation = op === 'remove' ? { op, path } : { op, path, value }
          operations.push(operation)
          now = applyOperation(now, operation)
        }
        expect(apply(now, inverses(target, operations))).toEqual(target)
      }),
    )
  })
})
