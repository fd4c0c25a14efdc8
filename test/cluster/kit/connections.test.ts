import { describe, expect, test } from 'vitest'
import { foreignKubeconfig } from './cluster.ts'
import { type Caller, expectConnections, sampleConnections, type Target } from './connections.ts'
import { withDenial } from './faults.ts'
import { networkPolicy } from './objects.ts'
import { callerOf, type PeerOptions, peer, replacePolicies, targetsOf } from './peers.ts'
import { openStage, type Stage } from './stage.ts'

const ports = { web: 80, admin: 8081 }
const peers: readonly PeerOptions[] = ['a', 'b', 'c'].map((name) => ({ name, labels: { name }, ports }))

interface Matrix {
  readonly stage: Stage
  readonly callers: readonly Caller[]
  readonly targets: readonly Target[]
  /** The peer that a target is a port of. */
  readonly nameOf: (target: Target) => string | undefined
}

async function openMatrix(): Promise<Matrix> {
  const stage = await openStage('matrix')
  await stage.apply(...peers.map(peer))
  await stage.ready(...peers.map(({ name }) => `pod/${name}`))
  const targets = await Promise.all(peers.map((options) => targetsOf(stage, options)))
  const names = new Map(peers.map(({ name }, i) => [targets[i]?.[0]?.address, name]))
  return {
    stage,
    callers: peers.map((options) => callerOf(stage, options)),
    targets: targets.flat(),
    nameOf: ({ address }) => names.get(address),
  }
}

/** `b` takes TCP 80 from `a` only; everybody else is open. */
const onlyWebFromA = networkPolicy('only-web-from-a', {
  podSelector: { matchLabels: { name: 'b' } },
  ingress: [
    { from: [{ podSelector: { matchLabels: { name: 'a' } } }], ports: [{ port: 'web', protocol: 'TCP' }] },
  ],
})

describe('many connections at once', () => {
  test('everybody reaches everybody, by TCP and by UDP, and a closed port refuses', async () => {
    const { callers, targets } = await openMatrix()
    await expectConnections(callers, targets, () => true)
    const closed = targets.slice(0, 2).map((target) => ({ ...target, port: 9 }))
    const samples = await sampleConnections(callers.slice(1), closed)
    expect(samples.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused', 'refused'])
  })

  test.skipIf(foreignKubeconfig !== undefined).for(['drop', 'reject'] as const)(
    'what a policy denies does not connect, and nothing else fails, where the enforcer is told to %s',
    async (deny) => {
      const { stage, callers, targets, nameOf } = await openMatrix()
      await using _ = await withDenial(stage.cluster, deny)
      const isAllowed = ({ pod }: Caller, target: Target) => {
        if (nameOf(target) !== 'b' || pod === 'pod/b') return true
        return pod === 'pod/a' && target.port === ports.web && target.protocol === 'TCP'
      }
      await replacePolicies(stage, onlyWebFromA)
      await expectConnections(callers, targets, isAllowed)
      await replacePolicies(stage)
      await expectConnections(callers, targets, () => true)
    },
  )
})
