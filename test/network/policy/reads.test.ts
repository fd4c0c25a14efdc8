import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide, type FlowVerdict } from '../../../src/network/policy/decide.ts'
import { manifestCoverage } from '../../../src/snapshot/files/coverage.ts'
import type { KindName } from '../../../src/snapshot/kinds/kinds.ts'
import type { Coverage } from '../../../src/snapshot/snapshot.ts'
import type { Raw } from './generated/values.ts'
import { worlds } from './generated/worlds.ts'
import { cluster, namespace, networkPolicy, pod } from './traps/kit.ts'
import { endpointOf, worldOf } from './worlds.ts'

const adminKinds: readonly KindName[] = [
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
]
const otherKinds: readonly KindName[] = ['NetworkPolicy', 'Namespace', 'Node', 'DaemonSet']

/** A kind of which only some objects were read, in one namespace or everywhere. */
interface Taken {
  readonly kind: KindName
  readonly namespace: string | undefined
  /** Which of its objects came out nevertheless, by their place. */
  readonly kept: readonly number[]
}

const taken = (kinds: readonly KindName[]): fc.Arbitrary<Taken> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    namespace: fc.constantFrom(undefined, 'a', 'b'),
    kept: fc.oneof(fc.constant([]), fc.uniqueArray(fc.nat(5), { maxLength: 3 })),
  })

function take(objects: readonly Raw[], { kind, namespace: of, kept }: Taken): readonly Raw[] {
  const where = kind === 'NetworkPolicy' ? of : undefined
  const lost = objects.filter(
    (object) =>
      object['kind'] === kind &&
      (where === undefined || (object['metadata'] as { namespace?: string }).namespace === where),
  )
  return objects.filter((object) => !lost.includes(object) || kept.includes(lost.indexOf(object)))
}

function coverage({ kind, namespace: of }: Taken): Coverage {
  const all = manifestCoverage(true)
  const kinds = Object.entries(all.kinds).filter(([name]) => name !== kind)
  if (kind !== 'NetworkPolicy' || of === undefined)
    return { ...all, kinds: Object.fromEntries(kinds), gaps: [{ kind, why: 'forbidden' }] }
  const namespaces = ['a', 'b', 'c'].filter((name) => name !== of)
  return {
    ...all,
    kinds: Object.fromEntries([...kinds, [kind, { namespaces, depth: 'full' }]]),
    gaps: [{ kind, namespace: of, why: 'forbidden' }],
  }
}

/** The same flows in the whole cluster and in what is left of it. */
function compare(kinds: readonly KindName[], check: (before: FlowVerdict, after: FlowVerdict) => void): void {
  fc.assert(
    fc.property(worlds, taken(kinds), ({ objects, flows }, lost) => {
      const world = worldOf(objects)
      const rest = worldOf(take(objects, lost), undefined, coverage(lost))
      for (const { from, to, ...flow } of flows) {
        const asked = { ...flow, source: endpointOf(world, from), destination: endpointOf(world, to) }
        check(decide(asked, world.policies), decide(asked, rest.policies))
      }
    }),
    { numRuns: 300 },
  )
}

const assumed = ({ assumes }: FlowVerdict): readonly string[] => assumes.map(({ kind }) => kind)

describe('taking away a read', () => {
  test('of policies, namespaces and nodes leaves a verdict, or makes it unknown', { timeout: 60_000 }, () => {
    compare(otherKinds, (before, after) => {
      for (const [index, family] of after.families.entries())
        for (const side of ['egress', 'ingress'] as const) {
          const then = before.families[index]?.[side].outcome
          const now = family[side]
          // Nodes may be taken for not being there, which is said.
          const isAssumed = now.outcome === 'fails' && now.assumes.some(({ kind }) => kind === 'Node')
          if (!isAssumed) expect(['unknown', then]).toContain(now.outcome)
        }
    })
  })

  test('of cluster-wide policies changes a verdict only with the assumption said', {
    timeout: 60_000,
  }, () => {
    compare(adminKinds, (before, after) => {
      if (after.outcome !== before.outcome)
        expect(assumed(after).some((kind) => kind.endsWith('NetworkPolicy'))).toBe(true)
    })
  })
})

describe('what is unknown, and why', () => {
  const objects = [
    namespace('shop'),
    namespace('pay'),
    pod('shop/web', { ips: ['10.0.0.1'] }),
    pod('pay/api', { ips: ['10.0.1.1'] }),
  ]
  const flow = 'shop/web -> pay/api TCP/80'
  const without: Taken = { kind: 'NetworkPolicy', namespace: 'pay', kept: [] }
  const renamed: Coverage = {
    ...coverage({ ...without, namespace: undefined }),
    kinds: {
      ...manifestCoverage(true).kinds,
      NetworkPolicy: { namespaces: ['shop'], depth: 'full' },
    },
    gaps: [
      {
        kind: 'NetworkPolicy',
        namespace: 'pay',
        why: 'forbidden',
        permission: 'list networkpolicies in namespace pay',
      },
    ],
  }

  test('policies of a namespace that may not be read: unknown, with the permission', () => {
    const { outcome, verdict } = cluster(objects, undefined, renamed).ask(flow)
    expect(outcome).toBe('unknown')
    expect(verdict.doubts).toMatchObject([
      { id: 'policies-not-read', gaps: [{ permission: 'list networkpolicies in namespace pay' }] },
    ])
    expect(verdict.families[0]).toMatchObject({
      egress: { outcome: 'passes' },
      ingress: { outcome: 'unknown' },
    })
  })

  test('a policy that was read and admits is enough: policies only add', () => {
    const open = networkPolicy('pay/open', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] })
    expect(cluster([...objects, open], undefined, renamed).outcome(flow)).toBe('passes')
  })

  test('a policy that was read and does not admit is not enough to deny: another may admit', () => {
    const closed = networkPolicy('pay/closed', { podSelector: {}, policyTypes: ['Ingress'] })
    expect(cluster([...objects, closed], undefined, renamed).outcome(flow)).toBe('unknown')
  })

  test('in an open world absence is noted', () => {
    const world = worldOf(objects, undefined, manifestCoverage(false))
    const watched = world.inventory.log.watch(() =>
      decide(
        {
          source: endpointOf(world, 'shop/web'),
          destination: endpointOf(world, 'pay/api'),
          protocol: 'TCP',
          port: 80,
        },
        world.policies,
      ),
    )
    expect(watched.value.outcome).toBe('passes')
    expect(watched.reads.open).toBe(true)
  })
})
