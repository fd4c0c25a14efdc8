import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { distinctGaps, joinReads, mapRead, type Read } from '../inventory/read.ts'
import { isDeleting, isFinished, isReady } from '../workloads/pods.ts'
import { runningContainers, type Workload } from '../workloads/workload.ts'
import type { Workloads } from '../workloads/workloads.ts'
import { type KnownProduct, type Product, productOfImage } from './products.ts'

/** A workload that runs a controller's image. */
export interface Instance extends Pick<KnownProduct, 'isOutside' | 'isProxy'> {
  readonly product: Product
  /** Of the image's tag, without `v`. */
  readonly version?: string | undefined
  readonly workload: Workload
  readonly container: Container
  /** Its flags by name in lower case, without dashes: `--Foo.Bar=x` as `foo.bar` -> `x`; a flag alone is `true`. */
  readonly options: ReadonlyMap<string, string>
  /** Pods that are ready, of how many that should run; of manifests all are. */
  readonly ready: number
}

const perNamespace = memoTable<Read<Instance>>('routes.instances.in')
const everywhere = memoTable<Read<Instance>>('routes.instances')

/** The controllers that run anywhere, by key of their workloads. */
export function runningInstances(inventory: Inventory, workloads: Workloads): Read<Instance> {
  return inventory.memo.get(everywhere, '', () => {
    const reads = workloads
      .namespaces()
      .map((namespace) =>
        inventory.memo.get(perNamespace, namespace, () =>
          mapRead(workloads.in(namespace), (items) => items.flatMap(instancesOf)),
        ),
      )
    const all = joinReads(reads)
    return { ...all, gaps: distinctGaps([all.gaps, workloads.unread()]) }
  })
}

function instancesOf(workload: Workload): readonly Instance[] {
  if (workload.reference.kind === 'Job' || workload.reference.kind === 'CronJob') return []
  for (const container of runningContainers(workload.spec)) {
    const product = container.image === undefined ? undefined : productOfImage(container.image)
    if (product === undefined) continue
    const running = workload.pods.filter((pod) => !isFinished(pod) && !isDeleting(pod))
    return [
      {
        ...product,
        workload,
        container,
        options: optionsOf(container),
        ready: running.filter(isReady).length,
      },
    ]
  }
  return []
}

/** The flags of a command line, by name in lower case. */
function optionsOf({ command = [], args = [] }: Container): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  const words = [...command, ...args]
  for (const [index, item] of words.entries()) {
    const [, name, value] = /^--?([\w.-]+)(?:=(.*))?$/s.exec(item) ?? []
    if (name === undefined) continue
    const next = words[index + 1]
    const separate = next !== undefined && !next.startsWith('-') ? next : 'true'
    options.set(name.toLowerCase(), value ?? separate)
  }
  return options
}
