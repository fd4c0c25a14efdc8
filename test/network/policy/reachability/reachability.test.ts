import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide } from '../../../../src/network/policy/decide.ts'
import { type Endpoint, isFinished } from '../../../../src/network/policy/endpoint.ts'
import { cniProfiles } from '../../../../src/network/policy/profile.ts'
import { hasBit } from '../../../../src/network/policy/reachability/bits.ts'
import { Reachability } from '../../../../src/network/policy/reachability/reachability.ts'
import { type World, worldOf } from '../worlds.ts'
import { randomObjects } from './random-world.ts'

function reachabilityOf({ inventory, policies }: World): Reachability {
  const pods = inventory.list('Pod').items.filter((pod) => !isFinished(pod))
  return new Reachability(
    pods.map((pod) => [pod]),
    [policies],
  )
}

function name(endpoint: Endpoint | undefined): string {
  if (endpoint?.kind === 'pod') return `${endpoint.pod.metadata.namespace}/${endpoint.pod.metadata.name}`
  return endpoint?.kind === 'outside' ? endpoint.address : '?'
}

/** Compares every pair of ends at both ends of every port atom; gives back the differences and how many it compared. */
function compare(world: World): { readonly compared: number; readonly wrong: readonly string[] } {
  const reachability = reachabilityOf(world)
  const ends = reachability.columns.flatMap(({ members, endpoints }, column) =>
    members.length === 0
      ? endpoints.map((endpoint) => ({ column, endpoint }))
      : members.flatMap((member) =>
          (reachability.pods[member] ?? []).map((pod): { column: number; endpoint: Endpoint } => ({
            column,
            endpoint: { kind: 'pod', pod },
          })),
        ),
  )
  const wrong: string[] = []
  let compared = 0
  for (const source of ends)
    for (const destination of ends)
      for (const atom of reachability.atoms) {
        const got = reachability.verdict(0, source, destination, atom)
        for (const port of new Set([atom.from, atom.to])) {
          compared++
          const flow = {
            source: source.endpoint,
            destination: destination.endpoint,
            protocol: atom.protocol,
            port,
          }
          const { outcome } = decide(flow, world.policies)
          if (got !== outcome)
            wrong.push(
              `${name(source.endpoint)} -> ${name(destination.endpoint)} ${atom.protocol}/${port}: ${got}, plain says ${outcome}`,
            )
        }
      }
  return { compared, wrong }
}

/** Compares whole rows with single verdicts. */
function wrongRows(world: World): readonly string[] {
  const reachability = reachabilityOf(world)
  const wrong: string[] = []
  for (const atom of reachability.atoms)
    for (const { source, passes, fails, partly } of reachability.rows(0, atom))
      for (const destination of reachability.columns.keys()) {
        const outcome = reachability.outcome(0, source, destination, atom)
        const isIn = {
          passes: hasBit(passes, destination),
          fails: fails === undefined ? !hasBit(passes, destination) : hasBit(fails, destination),
          partly: partly !== undefined && hasBit(partly, destination),
        }
        const expected = { passes: false, fails: false, partly: false, [outcome]: true }
        if (
          JSON.stringify(isIn) !==
          JSON.stringify({ passes: expected.passes, fails: expected.fails, partly: expected.partly })
        )
          wrong.push(
            `${source} -> ${destination} ${atom.protocol}/${atom.from}: ${JSON.stringify(isIn)}, not ${outcome}`,
          )
      }
  return wrong
}

const profiles = fc.constantFrom(...cniProfiles)

describe('reachability', () => {
  test('says what the plain evaluator says, for every pair and port', { timeout: 120_000 }, () => {
    let compared = 0
    fc.assert(
      fc.property(randomObjects, profiles, (objects, profile) => {
        const result = compare(worldOf(objects, profile))
        compared += result.compared
        expect(result.wrong.slice(0, 5)).toEqual([])
      }),
      { numRuns: 120 },
    )
    expect(compared).toBeGreaterThan(20_000)
  })

  test('the same where kube-router carries rules out in its own way', { timeout: 120_000 }, () => {
    const own = fc.constantFrom(...cniProfiles.filter(({ rulesAre }) => rulesAre !== 'as-written'))
    fc.assert(
      fc.property(randomObjects, own, (objects, profile) => {
        const world = worldOf(objects, profile)
        expect(compare(world).wrong.slice(0, 5)).toEqual([])
        expect(wrongRows(world).slice(0, 5)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('gives whole rows that agree with single verdicts', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(randomObjects, profiles, (objects, profile) => {
        expect(wrongRows(worldOf(objects, profile)).slice(0, 5)).toEqual([])
      }),
      { numRuns: 120 },
    )
  })

  test('leaves open whether a block holds a pod that has no address yet', () => {
    const pod = (name: string, labels: object) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'a', name, labels },
      spec: {},
    })
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { namespace: 'a', name: 'blocks' },
      spec: {
        podSelector: { matchLabels: { app: 'x' } },
        ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
      },
    }
    const world = worldOf([pod('own', { app: 'x' }), pod('other', {}), policy])
    expect(compare(world).wrong).toEqual([])
    const reachability = reachabilityOf(world)
    const index = (name: string): number =>
      reachability.columns.findIndex(
        ({ endpoints: [end] }) => end?.kind === 'pod' && end.pod.metadata.name === name,
      )
    const atom = reachability.atomOf('TCP', 80)
    expect(atom && reachability.outcome(0, index('other'), index('own'), atom)).toBe('unknown')
  })

  test('turns rows of more than one word the right way round', () => {
    // 70 pods, of which each admits those before it: every row differs.
    const count = 70
    const pods = Array.from({ length: count }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'a', name: `p${index}`, labels: { id: `p${index}` } },
      spec: {},
      status: { phase: 'Running' },
    }))
    const policies = pods.map(({ metadata }, index) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { namespace: 'a', name: metadata.name },
      spec: {
        podSelector: { matchLabels: metadata.labels },
        ingress: [
          {
            from: [
              {
                podSelector: {
                  matchExpressions: [
                    {
                      key: 'id',
                      operator: 'In',
                      values: pods.slice(0, index + 1).map((pod) => pod.metadata.name),
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    }))
    const world = worldOf([...pods, ...policies])
    expect(wrongRows(world)).toEqual([])
    expect(compare(world).wrong.slice(0, 5)).toEqual([])
  })
})
