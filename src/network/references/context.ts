import { isGuardKey } from './key-words.ts'

interface Frame {
  readonly key: string
  readonly guarded: boolean
  /** Column of the key or dash that opened it; bracket frames are closed by their bracket alone. */
  readonly indent: number
  readonly bracket: boolean
  readonly id: number
}

/**
 * Under which keys a line of a configuration text stands: by indentation (YAML), by brackets (JSON, nginx), by
 * section (INI, TOML). One guarded key above is enough to make everything below it no dial.
 */
export class Context {
  readonly #root: Frame
  #frames: Frame[] = []
  #ids = 0

  constructor(rootKey: string) {
    this.#root = { key: rootKey, guarded: isGuardKey(rootKey), indent: -1, bracket: true, id: 0 }
  }

  /** The innermost key, '' when there is none. */
  get key(): string {
    return this.#top().key
  }

  /** Equal for keys that stand side by side in the same block. */
  get block(): number {
    return this.#top().id
  }

  /** Inside a `[section]`. */
  get isInSection(): boolean {
    return this.#frames[0]?.indent === -1
  }

  get guarded(): boolean {
    return this.#top().guarded
  }

  /** A line begins: blocks that its indentation leaves are closed. A dash at `indent` begins an item of a list. */
  line(indent: number, isItem: boolean): void {
    while (this.#frames.length > 0) {
      const top = this.#top()
      // A list may stand in the column of its key; then the key stays open, while an earlier item is closed.
      if (top.bracket || top.indent < indent || (isItem && top.indent === indent)) return
      this.#frames.pop()
    }
  }

  /** An item of a list: a block of its own under the list's key. */
  item(indent: number): void {
    this.#push(this.key, this.guarded, indent + 0.5, false)
  }

  /** A key whose value is the more deeply indented lines below it. */
  open(key: string, indent: number): void {
    this.#push(key, this.guarded || isGuardKey(key), indent, false)
  }

  openBracket(key: string): void {
    this.#push(key, this.guarded || isGuardKey(key), 0, true)
  }

  closeBracket(): void {
    while (this.#frames.length > 0) if (this.#frames.pop()?.bracket === true) return
  }

  /** `[section]` */
  section(name: string): void {
    this.#frames = []
    this.open(name, -1)
  }

  #push(key: string, guarded: boolean, indent: number, bracket: boolean): void {
    if (this.#frames.length >= deepest) return
    this.#frames.push({ key, guarded, indent, bracket, id: ++this.#ids })
  }

  #top(): Frame {
    return this.#frames.at(-1) ?? this.#root
  }
}

/** No setting lies deeper; a text of a million brackets must not cost more than its length. */
const deepest = 100
