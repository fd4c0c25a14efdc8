import { Inventory } from '../../../src/network/inventory/inventory.ts'
import type { Endpoint } from '../../../src/network/policy/endpoint.ts'
import { Policies } from '../../../src/network/policy/policies.ts'
import type { CniProfile } from '../../../src/network/policy/profile.ts'
import { manifestCoverage } from '../../../src/snapshot/files/coverage.ts'
import { type KubeObject, parseObject } from '../../../src/snapshot/kinds/kinds.ts'
import type { Node } from '../../../src/snapshot/kinds/node.ts'
import type { Pod } from '../../../src/snapshot/kinds/pod.ts'
import type { Coverage } from '../../../src/snapshot/snapshot.ts'

export interface World {
  readonly inventory: Inventory
  readonly policies: Policies
}

export function parsed(value: unknown): KubeObject {
  const object = parseObject(value)
  if (object === undefined) throw new Error(`no object of ours: ${JSON.stringify(value)}`)
  return object
}

/** A closed world of these objects. */
export function worldOf(
  objects: readonly unknown[],
  profile?: CniProfile,
  coverage: Coverage = manifestCoverage(true),
): World {
  const inventory = Inventory.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: objects.map(parsed),
    coverage,
    observations: [],
  })
  return { inventory, policies: new Policies(inventory, profile) }
}

function podOf({ inventory }: World, key: string): Pod {
  const [namespace = '', name = ''] = key.split('/')
  const [pod] = inventory.get('Pod', namespace, name).items
  if (pod === undefined) throw new Error(`no pod ${key}`)
  return pod
}

function nodeOf({ inventory }: World, name: string): Node {
  const [node] = inventory.get('Node', '', name).items
  if (node === undefined) throw new Error(`no node ${name}`)
  return node
}

/** `namespace/pod`, `ip:ADDRESS`, `ip:ADDRESS@NODE` for one that a node serves itself, or `node:NAME`. */
export function endpointOf(world: World, key: string): Endpoint {
  if (key.startsWith('ip:')) {
    const [address = '', nodeName] = key.slice(3).split('@')
    return { kind: 'outside', address, nodeName }
  }
  if (key.startsWith('node:')) return { kind: 'node', node: nodeOf(world, key.slice(5)) }
  return { kind: 'pod', pod: podOf(world, key) }
}
