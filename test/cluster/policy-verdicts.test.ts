import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Network } from '../../src/network/network.ts'
import { decide, type FlowVerdict } from '../../src/network/policy/decide.ts'
import { loadFiles } from '../../src/snapshot/files/load.ts'
import type { Pod } from '../../src/snapshot/kinds/pod.ts'
import { foreignKubeconfig, type TestCluster } from './kit/cluster.ts'
import { type Caller, expectConnections, type Target } from './kit/connections.ts'
import { withDenial } from './kit/faults.ts'
import { isFullRun } from './kit/full.ts'
import { runNetdoctor } from './kit/netdoctor.ts'
import type { KubernetesObject } from './kit/objects.ts'
import { callerOf, type PeerOptions, peer, replacePolicies, targetsOf } from './kit/peers.ts'
import { openStage, type Stage } from './kit/stage.ts'
import { differences } from './kube-router.ts'
import { randomPolicy, type Surroundings } from './random-policies.ts'

/** A full run draws anew; for each change the same sets are drawn, so that a change alone makes a difference. */
const seed = Number(process.env['NETDOCTOR_POLICY_SEED'] ?? (isFullRun ? Date.now() % 1_000_000 : 336_800))
/** Sets of policies for each way in which the enforcer refuses. */
const rounds = isFullRun ? 4 : 2

/** The same port names with other numbers, and the same numbers under other names. */
const peersOf: readonly (readonly PeerOptions[])[] = [
  [
    { name: 'a', labels: { app: 'a', tier: 'front' }, ports: { web: 80, admin: 8081 } },
    { name: 'b', labels: { app: 'b', tier: 'back' }, ports: { web: 8080, admin: 8081 } },
    { name: 'c', labels: { app: 'c' }, ports: { admin: 80 } },
  ],
  [
    { name: 'd', labels: { app: 'a', tier: 'back' }, ports: { web: 80 } },
    { name: 'e', labels: { app: 'b', tier: 'front' }, ports: { web: 8081, admin: 80 } },
  ],
  [
    { name: 'f', labels: { app: 'c', tier: 'front' }, ports: { web: 8080 } },
    { name: 'g', labels: { app: 'a' }, ports: { web: 80, admin: 8090 } },
  ],
]
const namespaceLabels = ['shop', 'shop', 'ops']

interface World {
  readonly cluster: TestCluster
  readonly stages: readonly Stage[]
  readonly callers: readonly Caller[]
  readonly targets: readonly Target[]
  readonly surroundings: Surroundings
}

/** Seven pods on both nodes, in three namespaces, of which two are labelled alike. */
async function openWorld(): Promise<World> {
  const first = await openStage('verdicts')
  const stages = [first, await first.openAnother('verdicts-b'), await first.openAnother('verdicts-c')]
  const nodes = await first.cluster.nodes()
  await Promise.all(
    stages.map(async (stage, i) => {
      await stage.kubectl('label', 'namespace', stage.namespace, `team=${namespaceLabels[i]}`)
      const options = peersOf[i] ?? []
      const pods = options.map((each, j) =>
        peer({ ...each, pod: { nodeName: nodes[(i + j) % nodes.length] } }),
      )
      await stage.apply(...pods)
      await stage.ready(...options.map(({ name }) => `pod/${name}`))
    }),
  )
  const ends = stages.flatMap((stage, i) => (peersOf[i] ?? []).map((options) => ({ stage, options })))
  const targets = (await Promise.all(ends.map(({ stage, options }) => targetsOf(stage, options)))).flat()
  const names = ['a', 'b', 'c']
  return {
    cluster: first.cluster,
    stages,
    callers: ends.map(({ stage, options }) => callerOf(stage, options)),
    targets,
    surroundings: {
      namespaces: stages.map(({ namespace }) => namespace),
      podLabels: { app: names, tier: ['front', 'back'] },
      namespaceLabels: {
        team: ['shop', 'ops'],
        'kubernetes.io/metadata.name': stages.map(({ namespace }) => namespace),
      },
      addresses: [...new Set(targets.map(({ address }) => address))],
      ports: [...new Set(targets.map(({ port }) => port))],
      portNames: ['web', 'admin', 'web-udp', 'admin-udp'],
    },
  }
}

/** What the built program reads of the cluster, as its library takes it. */
async function readNetwork({ kubectl }: TestCluster): Promise<Network> {
  const dir = await mkdtemp(join(tmpdir(), 'netdoctor-verdicts-'))
  try {
    const file = join(dir, 'snapshot.json')
    const { exitCode, stderr } = await runNetdoctor(kubectl, [
      'snapshot',
      '--all-namespaces',
      '--output',
      file,
    ])
    if (exitCode !== 0) throw new Error(stderr)
    const sources = [{ file, content: await readFile(file, 'utf8') }]
    return Network.of(loadFiles(sources, { isComplete: true, defaultNamespace: 'default' }).snapshot)
  } finally {
    await rm(dir, { recursive: true })
  }
}

type Judge = (caller: Caller, target: Target) => FlowVerdict

function judgeIn(network: Network): Judge {
  const pods = network.inventory.list('Pod').items
  return ({ stage, pod: name }, { address, port, protocol }) =>
    decide(
      {
        source: { kind: 'pod', pod: only(pods.filter(isNamed(stage.namespace, name))) },
        destination: { kind: 'pod', pod: only(pods.filter(has(address))) },
        protocol,
        port,
      },
      network.policy,
    )
}

const isNamed =
  (namespace: string, pod: string) =>
  ({ metadata }: Pod): boolean =>
    metadata.namespace === namespace && `pod/${metadata.name}` === pod

const has =
  (address: string) =>
  ({ status, spec }: Pod): boolean =>
    spec.hostNetwork !== true && status.podIPs.some(({ ip }) => ip === address)

function only(pods: readonly Pod[]): Pod {
  const [pod] = pods
  if (pod === undefined || pods.length > 1) throw new Error(`${pods.length} pods where one was expected`)
  return pod
}

async function applyAll({ stages }: World, policies: readonly KubernetesObject[]): Promise<void> {
  const named = policies.map((policy, i) => ({
    ...policy,
    metadata: { ...policy.metadata, name: `random-${i}` },
  }))
  for (const stage of stages)
    await replacePolicies(stage, ...named.filter(({ metadata }) => metadata.namespace === stage.namespace))
}

interface Counts {
  passes: number
  fails: number
  unknown: number
}

/** Every pair of the world, as the engine judges it, is what really happens; returns how many were judged how. */
async function compare(world: World, policies: readonly KubernetesObject[]): Promise<Counts> {
  const judge = judgeIn(await readNetwork(world.cluster))
  const counts: Counts = { passes: 0, fails: 0, unknown: 0 }
  for (const caller of world.callers)
    for (const target of world.targets) counts[oneOf(judge(caller, target))] += 1
  try {
    await expectConnections(world.callers, world.targets, (caller, target) => {
      const outcome = oneOf(judge(caller, target))
      return outcome === 'unknown' ? undefined : outcome === 'passes'
    })
  } catch (error) {
    throw new Error(`with the policies\n${JSON.stringify(policies, null, 1)}`, { cause: error })
  }
  return counts
}

const oneOf = ({ outcome }: FlowVerdict): keyof Counts => (outcome === 'partly' ? 'unknown' : outcome)

/** Some pairs, spread over all, asked of the program: its verdict and exit code are the engine's. */
async function askSome({ cluster, callers, targets }: World): Promise<void> {
  const judge = judgeIn(await readNetwork(cluster))
  const pairs = callers.map((caller, i) => ({ caller, target: targets[(i * 5) % targets.length] }))
  for (const { caller, target } of pairs) {
    if (target === undefined) continue
    const { address, port, protocol } = target
    const ends = [
      '--from',
      `${caller.stage.namespace}/${caller.pod}`,
      '--to',
      `${address}:${port}/${protocol}`,
    ]
    const { exitCode, stdout, stderr } = await runNetdoctor(cluster.kubectl, [
      'policy',
      ...ends,
      '-o',
      'json',
    ])
    const outcome = oneOf(judge(caller, target))
    const expected = { passes: [0, 'allowed'], fails: [1, 'denied'], unknown: [4, 'unknown'] }[outcome]
    const answer: unknown = JSON.parse(stdout)
    expect(answer, `${ends.join(' ')}\n${stderr}`).toMatchObject({ verdict: expected[1] })
    expect(exitCode).toBe(expected[0])
  }
}

async function compareRounds(world: World, roundSeed: number): Promise<Counts> {
  const policies = fc.array(randomPolicy(world.surroundings), { minLength: 4, maxLength: 7 })
  const total: Counts = { passes: 0, fails: 0, unknown: 0 }
  for (const drawn of fc.sample(policies, { seed: roundSeed, numRuns: rounds })) {
    const some = drawn.flat()
    await applyAll(world, some)
    const counts = await compare(world, some)
    for (const outcome of ['passes', 'fails', 'unknown'] as const) total[outcome] += counts[outcome]
  }
  return total
}

const limits = { timeout: 400_000 }

test.skipIf(foreignKubeconfig !== undefined).for(['drop', 'reject'] as const)(
  'every verdict about random policies is what real connections show, where the enforcer is told to %s',
  limits,
  async (deny, { skip }) => {
    skip(deny === 'reject' && !isFullRun, 'it takes minutes')
    const roundSeed = deny === 'drop' ? seed : seed + 1
    console.log(`random policies: NETDOCTOR_POLICY_SEED=${seed}`)
    const world = await openWorld()
    await using _ = await withDenial(world.cluster, deny)
    const { passes, fails, unknown } = await compareRounds(world, roundSeed)
    console.log(`random policies: ${passes} allowed, ${fails} denied, ${unknown} unknown`)
    expect(passes).toBeGreaterThan(0)
    expect(fails).toBeGreaterThan(0)
    expect(unknown / (passes + fails + unknown)).toBeLessThan(0.05)
    if (deny === 'drop') await askSome(world)
  },
)

test.skipIf(foreignKubeconfig !== undefined)(
  'kube-router differs from the API just where the random policies leave it alone',
  async () => {
    const stage = await openStage('differences')
    const [a, b] = ['a', 'b'].map((name) => ({ name, labels: { name }, ports: { web: 80 } }))
    if (a === undefined || b === undefined) throw new Error('two peers')
    await stage.apply(peer(a), peer(b))
    await stage.ready('pod/a', 'pod/b')
    const targets = (await targetsOf(stage, b)).filter(({ protocol }) => protocol === 'TCP')
    const caller = callerOf(stage, a)
    for (const { what, policy, connects } of differences(targets[0]?.address ?? '')) {
      await replacePolicies(stage, policy)
      await expectConnections([caller], targets, () => connects)
      const judge = judgeIn(await readNetwork(stage.cluster))
      const verdicts = targets.map((target) => oneOf(judge(caller, target)))
      expect(verdicts, what).toEqual([connects ? 'fails' : 'passes'])
    }
  },
)
