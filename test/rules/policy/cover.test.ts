import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inBlock } from '../../../src/network/policy/block.ts'
import type { Rule } from '../../../src/network/policy/model.ts'
import { readNetworkPolicy } from '../../../src/network/policy/network-policy.ts'
import { type Selector, selects } from '../../../src/network/policy/selector.ts'
import { coversRule, coversSelector } from '../../../src/rules/policy/cover.ts'
import { isKind, parseObject } from '../../../src/snapshot/kinds/kinds.ts'

const keys = ['app', 'tier'] as const
const values = ['a', 'b', 'c'] as const

/** Every combination of labels that the generated selectors can tell apart. */
const everyLabels = [undefined, ...values].flatMap((app) =>
  [undefined, ...values].map((tier) => ({
    ...(app === undefined ? {} : { app }),
    ...(tier === undefined ? {} : { tier }),
  })),
)

const expression = fc
  .record({
    key: fc.constantFrom(...keys),
    operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
    values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
  })
  .map((item) => (item.operator === 'In' || item.operator === 'NotIn' ? item : { ...item, values: [] }))

const selector = fc.array(expression, { maxLength: 3 }).map((matchExpressions) => ({ matchExpressions }))

const peer = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ podSelector: selector, namespaceSelector: selector }),
  fc.record({
    ipBlock: fc.constantFrom(
      { cidr: '10.0.0.0/30' },
      { cidr: '10.0.0.0/30', except: ['10.0.0.1/32'] },
      { cidr: '10.0.0.0/29', except: ['10.0.0.0/31'] },
      { cidr: '10.0.0.2/32' },
      { cidr: '10.0.0.0/29' },
    ),
  }),
)

const port = fc.oneof(
  fc.record({ protocol: fc.constantFrom('TCP', 'UDP') }),
  fc.record({ protocol: fc.constantFrom('TCP', 'UDP'), port: fc.constantFrom(1, 2, 3) }),
  fc.constantFrom({ port: 1, endPort: 2 }, { port: 2, endPort: 3 }, { port: 'web' }, { port: 'dns' }),
)

const written = fc.record({
  podSelector: selector,
  ingress: fc.tuple(
    fc.record({ from: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 2 }) }),
  ),
})

function ruleOf(spec: unknown): Rule {
  const object = parseObject({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'one', namespace: 'shop' },
    spec,
  })
  if (object === undefined || !isKind(object, 'NetworkPolicy')) throw new Error('is no NetworkPolicy')
  const rule = readNetworkPolicy(object).rules.ingress?.[0]
  if (rule === undefined) throw new Error('has no rule')
  return rule
}

interface Packet {
  readonly subject: Readonly<Record<string, string>>
  readonly namespace: Readonly<Record<string, string>>
  readonly isOwnNamespace: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly address: bigint
  readonly protocol: 'TCP' | 'UDP'
  readonly port: number
  /** Names that the destination gives to this port. */
  readonly portName: string | undefined
}

/** Straight from the API's documentation, over everything that a packet can be in this small world. */
function admits(rule: Rule, packet: Packet): boolean {
  const { peers, ports, policy } = rule
  const from = (one: (typeof peers)[number]): boolean => {
    if (typeof one === 'string') return true
    if (one.is === 'block') {
      const address = { bits: 32, value: packet.address } as const
      return inBlock(address, one.block) && !one.except.some(({ block }) => inBlock(address, block))
    }
    if (one.is !== 'pods') return false
    const isThere =
      'name' in one.namespaces ? packet.isOwnNamespace : selects(one.namespaces.selector, packet.namespace)
    return isThere && selects(one.pods, packet.labels)
  }
  const isPort = (entry: Exclude<typeof ports, 'all'>[number]): boolean =>
    entry.is === 'numbers'
      ? entry.protocol === packet.protocol && entry.from <= packet.port && packet.port <= entry.to
      : entry.is === 'name' && entry.protocol === packet.protocol && entry.name === packet.portName
  return (
    selects(policy.subject.pods, packet.subject) &&
    (peers === 'all' || peers.some(from)) &&
    (ports === 'all' || ports.some(isPort))
  )
}

const labels = fc.constantFrom(...everyLabels)
const packet: fc.Arbitrary<Packet> = fc.record({
  subject: labels,
  namespace: labels,
  isOwnNamespace: fc.boolean(),
  labels,
  address: fc.bigInt(0x0a000000n, 0x0a000007n),
  protocol: fc.constantFrom('TCP', 'UDP'),
  port: fc.constantFrom(1, 2, 3, 4),
  portName: fc.constantFrom(undefined, 'web', 'dns'),
})

describe('coverage of what is written', () => {
  test('a selector that covers another matches whatever that one matches', () => {
    const read = (item: { matchExpressions: readonly unknown[] }): Selector =>
      ruleOf({ podSelector: item, ingress: [{}] }).policy.subject.pods
    let covered = 0
    fc.assert(
      fc.property(selector, selector, (a, b) => {
        const [wide, narrow] = [read(a), read(b)]
        if (!coversSelector(wide, narrow)) return
        covered += 1
        for (const item of everyLabels) if (selects(narrow, item)) expect(selects(wide, item)).toBe(true)
      }),
      { numRuns: 3000 },
    )
    expect(covered).toBeGreaterThan(300)
  })

  test('a rule that covers another admits every packet that the other admits', () => {
    let compared = 0
    fc.assert(
      fc.property(written, written, fc.array(packet, { minLength: 40, maxLength: 40 }), (a, b, packets) => {
        const [one, two] = [ruleOf(a), ruleOf(b)]
        for (const [wide, narrow] of [[one, two] as const, [two, one] as const]) {
          if (!coversRule(wide, narrow)) continue
          compared += 1
          for (const item of packets) if (admits(narrow, item)) expect(admits(wide, item)).toBe(true)
        }
      }),
      { numRuns: 4000 },
    )
    expect(compared).toBeGreaterThan(50)
  })

  test('every rule covers itself, unless nothing can be said of it', () => {
    fc.assert(
      fc.property(written, (spec) => {
        expect(coversRule(ruleOf(spec), ruleOf(spec))).toBe(true)
      }),
    )
  })
})
