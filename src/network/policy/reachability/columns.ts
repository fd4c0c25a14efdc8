import type { Pod } from '../../../snapshot/kinds/pod.ts'
import type { Endpoint, Family } from '../endpoint.ts'
import type { AddressAtom } from './address-atoms.ts'
import type { PodFacts } from './pod-facts.ts'

/** A pod as it is in each of the worlds that are compared; mostly the same object. */
export type PodInWorlds = readonly Pod[]

/**
 * Ends of flows that no policy of any world tells apart, apart from two pairs that are judged by themselves: a pod
 * and itself, and a pod and what sends from its own node.
 */
export interface Column {
  readonly kind: 'pods' | 'outside'
  /** '' for outside. */
  readonly namespace: string
  /** What the caller wants told apart, such as a workload; '' for outside. */
  readonly group: string
  /** Indexes of its pods, ascending; empty for outside. */
  readonly members: readonly number[]
  /** Of outside addresses. */
  readonly atom?: AddressAtom | undefined
  /** One of them, in each world. */
  readonly endpoints: readonly Endpoint[]
}

export const families: readonly Family[] = [4, 6]

/** One step for each fact: pods that take the same way are alike. */
class Step {
  /** Made late: most ways end at once. */
  #next: Map<string | number | undefined, Step> | undefined
  members: number[] | undefined

  to(fact: string | number | undefined): Step {
    this.#next ??= new Map()
    const known = this.#next.get(fact)
    if (known !== undefined) return known
    const step = new Step()
    this.#next.set(fact, step)
    return step
  }
}

/** Columns of pods: one for those that no policy of any world can tell apart. */
export function podColumns(
  pods: readonly PodInWorlds[],
  groups: readonly string[],
  facts: PodFacts,
): readonly Column[] {
  const root = new Step()
  const columns: Column[] = []
  for (const [index, inWorlds] of pods.entries()) {
    const [first] = inWorlds
    if (first === undefined) continue
    const namespace = first.metadata.namespace ?? ''
    const group = groups[index] ?? ''
    let step = root.to(namespace).to(group)
    for (const [world, pod] of inWorlds.entries()) {
      // The same pod looks the same in every world, unless what looks at it has eyes of its own.
      if (world > 0 && pod === first && !facts.mayDiffer(pod, world)) continue
      step = step.to(world)
      facts.each(pod, world, (fact) => {
        step = step.to(fact)
      })
    }
    if (step.members === undefined) {
      const members = [index]
      step.members = members
      const endpoints = inWorlds.map((pod): Endpoint => ({ kind: 'pod', pod }))
      columns.push({ kind: 'pods', namespace, group, members, endpoints })
    } else step.members.push(index)
  }
  return columns
}
