// Measures policy evaluation on generated clusters.

import { Inventory } from '../src/network/inventory/inventory.ts'
import { Policies } from '../src/network/policy/policies.ts'
import { Reachability } from '../src/network/policy/reachability/reachability.ts'
import { type WorldShape, worldOf } from './policy-worlds.ts'

const shapes: WorldShape[] = [
  {
    name: '1k',
    pods: 1000,
    policies: 100,
    namespaces: 20,
    podsPerWorkload: 3,
    hasOwnLabels: false,
    cuts: false,
  },
  {
    name: '10k typical',
    pods: 10000,
    policies: 1000,
    namespaces: 100,
    podsPerWorkload: 5,
    hasOwnLabels: false,
    cuts: false,
  },
  {
    name: '10k cuts',
    pods: 10000,
    policies: 1000,
    namespaces: 100,
    podsPerWorkload: 5,
    hasOwnLabels: false,
    cuts: true,
  },
  {
    name: '10k distinct',
    pods: 10000,
    policies: 1000,
    namespaces: 100,
    podsPerWorkload: 5,
    hasOwnLabels: true,
    cuts: false,
  },
  {
    name: '100k',
    pods: 100000,
    policies: 5000,
    namespaces: 500,
    podsPerWorkload: 8,
    hasOwnLabels: false,
    cuts: false,
  },
]
for (const shape of shapes) {
  if (process.argv[2] !== undefined && !shape.name.includes(process.argv[2])) continue
  const world = worldOf(shape)
  for (let run = 0; run < Number(process.argv[3] ?? 3); run++) {
    const policies = new Policies(Inventory.of(world.policies.inventory.snapshot), world.policies.profile)
    const cpu = process.cpuUsage()
    const start = performance.now()
    const reach = new Reachability(
      world.pods.map((pod) => [pod]),
      [policies],
    )
    const built = performance.now()
    const atom = reach.atomOf('TCP', 8080)
    let words = 0
    if (atom) for (const { passes } of reach.rows(0, atom)) words += passes[0] ?? 0
    const end = performance.now()
    const used = process.cpuUsage(cpu)
    console.log(
      shape.name,
      reach.columns.length,
      reach.atoms.length,
      'build',
      (built - start).toFixed(),
      'rows',
      (end - built).toFixed(),
      'cpu',
      ((used.user + used.system) / 1000).toFixed(),
      'rss',
      (process.memoryUsage().rss / 2 ** 20).toFixed(),
      words,
    )
  }
}
