/** A list whose items are made when they are asked for, each time anew. To JSON it is a list like any other. */
export class LazyList<S, T> implements Iterable<T> {
  readonly #sources: readonly S[]
  readonly #make: (source: S) => T

  constructor(sources: readonly S[], make: (source: S) => T) {
    this.#sources = sources
    this.#make = make
  }

  *[Symbol.iterator](): Generator<T> {
    for (const source of this.#sources) yield this.#make(source)
  }

  toJSON(): readonly T[] {
    return [...this]
  }
}
