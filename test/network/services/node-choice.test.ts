import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../../src/network/services/endpoint.ts'
import { chooseEndpoints, type ProxyNode, type Traffic } from '../../../src/network/services/node-choice.ts'
import type { Service } from '../../../src/snapshot/kinds/service.ts'
import { service } from './objects.ts'

const nodes = ['n1', 'n2', 'n3']
const zones = ['east', 'west']
const hintsOf = (names: readonly string[]) =>
  fc.subarray([...names]).map((some) => some.map((name) => ({ name })))

const web = service({ ports: [{ port: 80 }] })
const policy = fc.constantFrom('Cluster', 'Local', undefined)

const anyService = fc
  .record({ internalTrafficPolicy: policy, externalTrafficPolicy: policy })
  .map((spec): Service => ({ ...web, spec: { ...web.spec, ...spec } }))

const anyEndpoint: fc.Arbitrary<Endpoint> = fc.record({
  service: fc.constant(web),
  address: fc.constant('10.0.0.1'),
  nodeName: fc.option(fc.constantFrom(...nodes), { nil: undefined }),
  ready: fc.boolean(),
  serving: fc.boolean(),
  terminating: fc.boolean(),
  hints: fc.option(fc.record({ forZones: hintsOf(zones), forNodes: hintsOf(nodes) }), { nil: undefined }),
})

/** Mostly hinted alike, so that hints come to count. */
const anyEndpoints = fc.array(anyEndpoint, { maxLength: 6 }).chain((endpoints) =>
  fc.constantFrom(
    endpoints,
    endpoints.map((endpoint) => ({
      ...endpoint,
      hints: endpoint.hints ?? { forZones: [{ name: 'east' }], forNodes: [{ name: 'n1' }] },
    })),
    endpoints.map((endpoint) => ({
      ...endpoint,
      hints: { forZones: [{ name: endpoint.ready ? 'west' : 'east' }], forNodes: [] },
    })),
  ),
)

const anyNode: fc.Arbitrary<ProxyNode> = fc.record({
  name: fc.constantFrom(...nodes),
  zone: fc.option(fc.constantFrom(...zones), { nil: undefined }),
})

/**
 * kube-proxy's choice once more, spelled as its source has it (pkg/proxy/topology.go, CategorizeEndpoints): a topology
 * mode from one pass over the hints, a filter, and the fallback; then the Local endpoints on their own.
 */
function naiveChoice(
  of: Service,
  endpoints: readonly Endpoint[],
  node: ProxyNode,
  traffic: Traffic,
): readonly Endpoint[] {
  const chosen: Endpoint[] = []
  const local = traffic === 'internal' ? of.spec.internalTrafficPolicy : of.spec.externalTrafficPolicy
  const mode = topologyMode(endpoints, node)
  for (const endpoint of endpoints) {
    const isHere = endpoint.nodeName === node.name
    if (local === 'Local' ? endpoint.ready && isHere : endpoint.ready && isAvailable(endpoint, mode, node))
      chosen.push(endpoint)
  }
  if (chosen.length > 0) return chosen
  for (const endpoint of endpoints) {
    const isAllowed = local !== 'Local' || endpoint.nodeName === node.name
    if (isAllowed && endpoint.serving && endpoint.terminating) chosen.push(endpoint)
  }
  return chosen
}

type Mode = '' | 'same-node' | 'same-zone'

function topologyMode(endpoints: readonly Endpoint[], node: ProxyNode): Mode {
  let [isAnyReady, allNodes, allZones, forNode, forZone] = [false, true, true, false, false]
  for (const { ready, hints } of endpoints) {
    if (!ready) continue
    isAnyReady = true
    if (hints === undefined || hints.forNodes.length === 0) allNodes = false
    else if (hints.forNodes.some(({ name }) => name === node.name)) forNode = true
    if (hints === undefined || hints.forZones.length === 0) allZones = false
    else if (hints.forZones.some(({ name }) => name === (node.zone ?? ''))) forZone = true
  }
  if (!isAnyReady) return ''
  if (allNodes && forNode) return 'same-node'
  return allZones && forZone ? 'same-zone' : ''
}

function isAvailable({ hints }: Endpoint, mode: Mode, node: ProxyNode): boolean {
  if (mode === 'same-node') return hints?.forNodes.some(({ name }) => name === node.name) === true
  if (mode === 'same-zone') return hints?.forZones.some(({ name }) => name === node.zone) === true
  return true
}

describe('the choice of a node', () => {
  test('is that of kube-proxy', () => {
    fc.assert(
      fc.property(
        anyService,
        anyEndpoints,
        anyNode,
        fc.constantFrom<Traffic>('internal', 'external'),
        (of, endpoints, node, traffic) => {
          const wanted = naiveChoice(of, endpoints, node, traffic)
          expect(chooseEndpoints(of, endpoints, node, traffic).endpoints).toEqual(wanted)
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('says that endpoints are elsewhere only when there are some', () => {
    fc.assert(
      fc.property(anyService, anyEndpoints, anyNode, (of, endpoints, node) => {
        const { endpoints: chosen, reason } = chooseEndpoints(of, endpoints, node)
        const usable = endpoints.filter(
          ({ ready, serving, terminating }) => ready || (serving && terminating),
        )
        if (reason === 'no-endpoint') expect(usable).toEqual([])
        if (reason === 'no-local-endpoint') expect(usable.length).toBeGreaterThan(0)
        expect(chosen.length === 0).toBe(reason === 'no-endpoint' || reason === 'no-local-endpoint')
      }),
    )
  })

  test('without a node is what every node may choose from', () => {
    const ready = { service: web, address: '10.0.0.1', ready: true, serving: true, terminating: false }
    const local = service({ internalTrafficPolicy: 'Local', ports: [{ port: 80 }] })
    expect(chooseEndpoints(local, [{ ...ready, nodeName: 'n1' }], undefined).endpoints).toHaveLength(1)
  })

  test('is not narrowed by session affinity: that only keeps a client where it was', () => {
    const ready = { service: web, address: '10.0.0.1', ready: true, serving: true, terminating: false }
    const sticky = service({ sessionAffinity: 'ClientIP', ports: [{ port: 80 }] })
    const both = [ready, { ...ready, address: '10.0.0.2' }]
    expect(chooseEndpoints(sticky, both, { name: 'n1' }).endpoints).toEqual(both)
  })
})
