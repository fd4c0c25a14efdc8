import { Inventory } from '../src/network/inventory/inventory.ts'
import { Policies } from '../src/network/policy/policies.ts'
import { neutralProfile } from '../src/network/policy/profile.ts'
import { manifestCoverage } from '../src/snapshot/files/coverage.ts'
import type { Json } from '../src/snapshot/kinds/json.ts'
import { type KubeObject, parseObject } from '../src/snapshot/kinds/kinds.ts'
import type { Pod } from '../src/snapshot/kinds/pod.ts'

/** A generated cluster: how many of each, and what makes pods differ. */
export interface WorldShape {
  readonly name: string
  readonly pods: number
  readonly policies: number
  readonly namespaces: number
  readonly podsPerWorkload: number
  /** Every pod has a label of its own that some policy looks at. */
  readonly hasOwnLabels: boolean
  /** Blocks that cut the range of the pods' addresses. */
  readonly cuts: boolean
}

export interface BenchWorld {
  readonly policies: Policies
  readonly pods: readonly Pod[]
}

/** Shapes of clusters; labels at the level of workloads are what most clusters have. */
export const shapes: readonly WorldShape[] = [
  { name: '1,000 pods, 100 policies', pods: 1000, policies: 100, namespaces: 20, ...typical(3) },
  { name: '10,000 pods, 1,000 policies', pods: 10_000, policies: 1000, namespaces: 100, ...typical(5) },
  {
    name: '10,000 pods, 1,000 policies, blocks cut the pod range',
    ...{ pods: 10_000, policies: 1000, namespaces: 100, ...typical(5), cuts: true },
  },
  {
    name: '10,000 pods, 1,000 policies, every pod its own labels',
    ...{ pods: 10_000, policies: 1000, namespaces: 100, ...typical(5), hasOwnLabels: true },
  },
  {
    name: '2,000 pods, 1,000 policies in one namespace',
    ...{ pods: 2000, policies: 1000, namespaces: 1, ...typical(5) },
  },
  { name: '100,000 pods, 5,000 policies', pods: 100_000, policies: 5000, namespaces: 500, ...typical(8) },
]

function typical(podsPerWorkload: number) {
  return { podsPerWorkload, hasOwnLabels: false, cuts: false }
}

/** Numbers that look random and are the same in every run (mulberry32). */
export function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const teams = 20
const tiers = ['web', 'api', 'db', 'cache', 'job']

/** The objects of a cluster as they would be applied; the same in every run. */
export function* objectsOf(shape: WorldShape): Generator<Json> {
  yield* namespaces(shape)
  yield* pods(shape)
  yield* policies(shape, numbers(42))
}

/** The objects as the program keeps them; the plain ones are not held. */
export function worldOf(shape: WorldShape): BenchWorld {
  const inventory = Inventory.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'generated' },
    objects: Array.from(objectsOf(shape), parse),
    coverage: manifestCoverage(true),
    observations: [],
  })
  return { policies: new Policies(inventory, neutralProfile), pods: inventory.list('Pod').items }
}

/** The same objects with nothing computed yet. */
export function fresh({ policies }: BenchWorld): Policies {
  const inventory = Inventory.of(policies.inventory.snapshot)
  // What any command has read by then.
  inventory.list('Pod')
  return new Policies(inventory, policies.profile)
}

function parse(value: unknown): KubeObject {
  const object = parseObject(value)
  if (object === undefined) throw new Error('no object')
  return object
}

function* namespaces({ namespaces: count }: WorldShape): Generator<Json> {
  yield* Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: `ns-${index}`, labels: { team: `team-${index % teams}` } },
  }))
}

function* pods({
  pods: count,
  namespaces: spaces,
  podsPerWorkload,
  hasOwnLabels,
}: WorldShape): Generator<Json> {
  for (let index = 0; index < count; index++) {
    const workload = Math.floor(index / podsPerWorkload)
    const name = `app-${workload}-${index % podsPerWorkload}`
    yield {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: `ns-${workload % spaces}`,
        labels: {
          app: `app-${workload}`,
          tier: tiers[workload % tiers.length],
          'pod-template-hash': `h${workload}`,
          ...(hasOwnLabels ? { pod: name } : {}),
        },
      },
      spec: {
        nodeName: `node-${index % 200}`,
        containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 8080 + (workload % 3) }] }],
      },
      status: {
        phase: 'Running',
        podIPs: [{ ip: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}` }],
      },
    }
  }
}

/** One to three rules each: pods of the namespace, of other teams, addresses; ports by number, name and range. */
function* policies(shape: WorldShape, random: (below: number) => number): Generator<Json> {
  const workloads = Math.ceil(shape.pods / shape.podsPerWorkload)
  const pick = <T>(items: readonly T[]): T | undefined => items[random(items.length)]
  const podSelector = (): unknown =>
    random(2) === 0
      ? { matchLabels: { app: `app-${random(workloads)}` } }
      : { matchLabels: { tier: pick(tiers) } }
  const peer = (): unknown => {
    const kind = random(shape.cuts ? 5 : 4)
    if (kind === 0) return { podSelector: podSelector() }
    if (kind === 1) return { namespaceSelector: { matchLabels: { team: `team-${random(teams)}` } } }
    if (kind === 2)
      return {
        namespaceSelector: { matchLabels: { team: `team-${random(teams)}` } },
        podSelector: podSelector(),
      }
    if (kind === 3)
      return { ipBlock: { cidr: '203.0.113.0/24', except: [`203.0.113.${random(16) * 16}/28`] } }
    return { ipBlock: { cidr: `10.${random(2)}.${random(256)}.${random(8) * 32}/27` } }
  }
  const port = (): unknown =>
    pick([
      { port: 8080 },
      { port: 'http' },
      { protocol: 'UDP', port: 53 },
      { port: 443 },
      { port: 8000, endPort: 8999 },
    ])
  const rule = (side: string): unknown => ({
    [side]: Array.from({ length: 1 + random(2) }, peer),
    ...(random(4) === 0 ? {} : { ports: Array.from({ length: 1 + random(2) }, port) }),
  })
  for (let index = 0; index < shape.policies; index++) {
    const workload = random(workloads)
    const isOwn = shape.hasOwnLabels && random(4) === 0
    const subject = isOwn
      ? { matchLabels: { pod: `app-${workload}-${random(shape.podsPerWorkload)}` } }
      : random(8) === 0
        ? {}
        : { matchLabels: random(3) === 0 ? { tier: pick(tiers) } : { app: `app-${workload}` } }
    const both = random(3)
    yield {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `policy-${index}`, namespace: `ns-${workload % shape.namespaces}` },
      spec: {
        podSelector: subject,
        policyTypes: both === 0 ? ['Ingress', 'Egress'] : both === 1 ? ['Egress'] : ['Ingress'],
        ...(both === 1 ? {} : { ingress: Array.from({ length: 1 + random(2) }, () => rule('from')) }),
        ...(both === 2 ? {} : { egress: Array.from({ length: 1 + random(2) }, () => rule('to')) }),
      },
    }
  }
}
