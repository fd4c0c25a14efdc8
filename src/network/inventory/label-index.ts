import type { TextMap } from '../../snapshot/kinds/json.ts'
import { hasLabels } from './selectors.ts'

/** Items by each of their labels, so that a selector looks only at those that carry its rarest pair. */
export class LabelIndex<T> {
  readonly #items: readonly T[]
  readonly #labels: (item: T) => TextMap
  readonly #byPair = new Map<string, T[]>()

  constructor(items: readonly T[], labels: (item: T) => TextMap) {
    this.#items = items
    this.#labels = labels
    for (const item of items) {
      for (const [key, value] of Object.entries(labels(item))) {
        const found = this.#byPair.get(`${key}=${value}`)
        if (found === undefined) this.#byPair.set(`${key}=${value}`, [item])
        else found.push(item)
      }
    }
  }

  /** Items that carry every pair, in their first order; an empty selector takes all. */
  select(pairs: TextMap): readonly T[] {
    const candidates = Object.entries(pairs).map(([key, value]) => this.#byPair.get(`${key}=${value}`) ?? [])
    const rarest = candidates.reduce<readonly T[]>(
      (fewest, found) => (found.length < fewest.length ? found : fewest),
      this.#items,
    )
    return rarest.filter((item) => hasLabels(this.#labels(item), pairs))
  }
}
