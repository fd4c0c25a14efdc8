import { memoTable } from '../../network/inventory/memo.ts'
import { whole } from '../../network/inventory/read.ts'
import { hasLabels } from '../../network/inventory/selectors.ts'
import type { Network } from '../../network/network.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import { controllerOf } from '../../network/workloads/owners.ts'
import { isFinished } from '../../network/workloads/pods.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { isGeneric, sharesWord } from '../similar.ts'
import { type NearMiss, nearSelectors } from './near-selectors.ts'
import { isRuntimeKey } from './runtime-labels.ts'
import { wantedReplicas } from './wanted-replicas.ts'

/**
 * Why a selector yields no endpoint. The cases exclude each other, and each has one rule that speaks of it; so of
 * one Service never two rules say why it is empty.
 */
export type Emptiness =
  /** The controller lists at least one pod: whether it is ready is another question. */
  | { readonly kind: 'has-pods' }
  /** The selector is right, and pods are wanted but do not exist, are not scheduled or have no address. */
  | { readonly kind: 'not-started'; readonly workloads: readonly Workload[] }
  /** The selector is right, and no replica is wanted. */
  | { readonly kind: 'scaled-to-zero'; readonly workloads: readonly Workload[] }
  /** Only finished pods match, or only the templates of Jobs. */
  | { readonly kind: 'finished'; readonly pods: readonly Pod[]; readonly jobs: readonly Workload[] }
  /** No pod matches, and whether a workload would make one was not read. */
  | { readonly kind: 'unread'; readonly gaps: readonly Gap[] }
  | { readonly kind: 'near-miss'; readonly misses: readonly NearMiss[] }
  /** The very labels are worn in other namespaces, and that is no coincidence. */
  | { readonly kind: 'elsewhere'; readonly pods: readonly Pod[] }
  /** Nothing is near. `elsewhere`: pods of other namespaces that happen to match. */
  | { readonly kind: 'nothing'; readonly elsewhere: readonly Pod[] }

const emptyTable = memoTable<Emptiness>('rules.whyEmpty')
const runtimeTable = memoTable<readonly Service[]>('rules.servicesWithRuntimeKeys')

/**
 * Why the selector of a Service yields no endpoint; `undefined` for a Service that selects nothing by design.
 *
 * @throws UnknownVerdict when the pods of its namespace were not read
 */
export function whyEmpty(service: Service, network: Network): Emptiness | undefined {
  const selector = selectorOf(service)
  if (selector === undefined) return undefined
  const { name, namespace = '' } = service.metadata
  return network.inventory.memo.get(emptyTable, `${namespace}/${name}`, () => {
    // The Service is an argument; looking it up makes the remembered result depend on it.
    network.services.get(namespace, name)
    return explain(service, selector, network)
  })
}

/** The Services whose selector the pods of a workload would match, whether or not there are any. */
export function servicesOver(workload: Workload, network: Network): readonly Service[] {
  const { namespace } = workload
  const atRunTime = network.inventory.memo.get(runtimeTable, namespace, () =>
    network.services
      .in(namespace)
      .items.filter((service) => Object.keys(selectorOf(service) ?? {}).some(isRuntimeKey)),
  )
  const hidden = atRunTime.filter((service) => matchesTemplate(selectorOf(service) ?? {}, workload))
  return [...new Set([...network.services.selecting(workload).items, ...hidden])]
}

function explain(service: Service, selector: TextMap, network: Network): Emptiness {
  const namespace = service.metadata.namespace ?? ''
  if (whole(network.services.selected(service)).length > 0) return { kind: 'has-pods' }
  const pods = whole(network.inventory.select('Pod', namespace, selector))
  const read = network.workloads.in(namespace)
  const workloads = read.items
  const living = pods.filter((pod) => !isFinished(pod))
  if (living.length > 0) return { kind: 'not-started', workloads: workloadsOf(living, network) }
  const templates = workloads.filter((workload) => matchesTemplate(selector, workload))
  const servers = templates.filter(
    ({ reference }) => reference.kind !== 'Job' && reference.kind !== 'CronJob',
  )
  const wanted = servers.filter((workload) => wantedReplicas(workload) !== 0)
  if (wanted.length > 0) return { kind: 'not-started', workloads: wanted }
  if (servers.length > 0) return { kind: 'scaled-to-zero', workloads: servers }
  if (pods.length > 0 || templates.length > 0) return { kind: 'finished', pods, jobs: templates }
  if (read.gaps.length > 0) return { kind: 'unread', gaps: read.gaps }
  whole(read)
  const misses = controllerOf(service) === undefined ? nearSelectors(service, network, workloads) : []
  if (misses.length > 0) return { kind: 'near-miss', misses }
  const elsewhere = podsElsewhere(namespace, selector, network)
  if (isMeant(service, selector, elsewhere, network)) return { kind: 'elsewhere', pods: elsewhere }
  return { kind: 'nothing', elsewhere }
}

/** Whether the pods of a workload would match, but for labels that controllers write and templates never hold. */
function matchesTemplate(selector: TextMap, workload: Workload): boolean {
  if (workload.reference.kind === 'Pod') return false
  if (hasLabels(workload.labels, selector)) return true
  const own = Object.entries(selector).filter(([key]) => !isRuntimeKey(key))
  const isIdle = workload.pods.every(isFinished)
  return own.length > 0 && isIdle && own.every(([key, value]) => workload.labels[key] === value)
}

function workloadsOf(pods: readonly Pod[], network: Network): readonly Workload[] {
  return [...new Set(pods.flatMap((pod) => network.workloads.ofPod(pod) ?? []))]
}

function podsElsewhere(namespace: string, selector: TextMap, network: Network): readonly Pod[] {
  const { inventory } = network
  const others = inventory.namespacesOf('Pod').filter((name) => name !== namespace)
  return others.flatMap((name) =>
    inventory.select('Pod', name, selector).items.filter((pod) => !isFinished(pod)),
  )
}

/** Whether pods elsewhere are what the Service means: a label like `app: web` is worn everywhere. */
function isMeant(service: Service, selector: TextMap, pods: readonly Pod[], network: Network): boolean {
  const values = Object.values(selector)
  if (pods.length === 0) return false
  if (values.some((value) => !isGeneric(value))) return true
  const { name } = service.metadata
  return workloadsOf(pods, network).some(
    ({ reference }) => !isGeneric(name) && sharesWord(name, reference.name),
  )
}
