import type { Found, Span } from './found.ts'
import { pairKey } from './key-words.ts'

interface Port {
  readonly port: number
  readonly span: Span
}

/** Joins a host under one key with the port under the key beside it: `redis.host`, `redis.port`. */
export class PortPairs {
  readonly #ports = new Map<string, Port>()
  readonly #hosts = new Map<Found, string>()

  addPort(block: number, key: string, port: number, span: Span): void {
    const pair = pairKey(key)
    if (pair?.part !== 'port') return
    for (const [index, stem] of pair.stems.entries()) {
      const place = `${block} ${stem}`
      // The exact stem wins over one that was shortened, whatever the order of the lines.
      if (index === 0 || !this.#ports.has(place)) this.#ports.set(place, { port, span })
    }
  }

  addHost(block: number, key: string, found: Found): void {
    const pair = pairKey(key)
    if (pair?.part === 'host') this.#hosts.set(found, `${block} ${pair.stems[0] ?? ''}`)
  }

  join(all: readonly Found[]): readonly Found[] {
    if (this.#ports.size === 0) return all
    return all.map((found) => {
      const place = this.#hosts.get(found)
      const port = place === undefined ? undefined : this.#ports.get(place)
      return port === undefined ? found : { ...found, port: port.port, portSpan: port.span }
    })
  }
}
