import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { isHeadless } from '../../network/services/service-facts.ts'
import { isDeleting, isFinished, isReady } from '../../network/workloads/pods.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Severity } from '../finding.ts'
import { counted, listed, say, type Text, word } from '../text.ts'

/** A workload that Services send traffic to. */
export interface Backend {
  readonly workload: Workload
  /** The Services that select it, at least one. */
  readonly services: readonly Service[]
  /** Its pods that live: neither finished nor being deleted. */
  readonly pods: readonly Pod[]
  readonly readyPods: number
  /** The Services that have no ready endpoint left. */
  readonly emptied: readonly Service[]
  /** Whether every one of its Services has a ready endpoint all the same. */
  readonly isCarried: boolean
}

/**
 * A workload as a backend; `undefined` when no Service selects it, or when it is a Job, whose pods end by design.
 *
 * @throws UnknownVerdict when its pods, the Services or their endpoints were not read
 */
export function backendOf(workload: Workload, network: Network): Backend | undefined {
  const { kind } = workload.reference
  if (kind === 'Job' || kind === 'CronJob') return undefined
  const selecting = network.services.selecting(workload)
  const services = selecting.items.length > 0 ? selecting.items : whole(selecting)
  if (services.length === 0) return undefined
  const read = whole({ items: workload.pods, gaps: network.inventory.gaps('Pod', workload.namespace) })
  const pods = read.filter((pod) => !isFinished(pod) && !isDeleting(pod))
  const emptied = services.filter((service) =>
    whole(network.services.endpoints(service)).every(({ ready }) => !ready),
  )
  const readyPods = pods.filter(isReady).length
  return { workload, services, pods, readyPods, emptied, isCarried: emptied.length === 0 }
}

/** Error, or warning while other endpoints carry the load. */
export function severityOf(backend: Backend): Severity {
  return backend.isCarried ? 'warning' : 'error'
}

/** `0 of 2 pods are ready`. */
export function readyRatio({ pods, readyPods }: Backend): Text {
  return say`${readyPods} of ${counted(pods.length, 'pod')} ${word(pods.length === 1 || readyPods === 1 ? 'is' : 'are')} ready`
}

/** What it means for the Services in front of it, as a sentence. */
export function consequence({ services, emptied, isCarried }: Backend): Text {
  const touched = isCarried ? services : emptied
  const names = listed(touched.map((service) => say`${referenceTo(service)}`))
  const has = word(touched.length === 1 ? 'has' : 'have')
  if (isCarried) return say`${names} still ${has} other ready endpoints.`
  const way = word(
    emptied.some(isHeadless)
      ? 'their names resolve to nothing, or connections are refused'
      : 'connections are refused',
  )
  return say`${names} ${has} no ready endpoint: ${way}.`
}
