import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide } from '../../../../src/network/policy/decide.ts'
import { type Endpoint, isFinished } from '../../../../src/network/policy/endpoint.ts'
import { cniProfiles } from '../../../../src/network/policy/profile.ts'
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

describe('reachability', () => {
  test.each(cniProfiles.map((profile) => [profile.name, profile] as const))(
    'says what the plain evaluator says, for every pair and port (%s)',
    { timeout: 60_000 },
    (_, profile) => {
      let compared = 0
      fc.assert(
        fc.property(randomObjects, (objects) => {
          const result = compare(worldOf(objects, profile))
          compared += result.compared
          expect(result.wrong.slice(0, 5)).toEqual([])
        }),
        { numRuns: 40 },
      )
      expect(compared).toBeGreaterThan(10_000)
    },
  )
})
