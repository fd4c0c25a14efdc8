import { keyOf } from '../../snapshot/snapshot.ts'
import type { Dial, DialSource } from './dial.ts'
import type { Found } from './found.ts'
import type { WrittenText } from './written-text.ts'

/** The dial of an address that was found in a text, with the place where it is written. */
export function dialOf(found: Found, text: WrittenText): Dial {
  const { host, address, port, protocol, scheme, hostSpan, portSpan } = found
  const common = { host, address, port, portWritten: portSpan !== undefined, protocol, scheme }
  const isBeside = portSpan !== undefined && portSpan[0] === hostSpan[1] + 1
  if (portSpan === undefined) return { ...common, source: sourceOf(text, hostSpan) }
  if (isBeside && isWrittenTogether(text, hostSpan[0], portSpan[1])) {
    return { ...common, source: sourceOf(text, [hostSpan[0], portSpan[1]]) }
  }
  return { ...common, source: sourceOf(text, hostSpan), portSource: sourceOf(text, portSpan) }
}

/** `$(HOST):5432` has its host in another variable; `$(NAME).prod:5432` is one stretch of the field that joins them. */
function isWrittenTogether(text: WrittenText, start: number, end: number): boolean {
  return (
    text.isOnePiece(start, end) || text.locate(start, end - 1).origin === text.locate(start, start + 1).origin
  )
}

/** A source for a stretch of a text. */
export function sourceOf(text: WrittenText, [start, end]: readonly [number, number]): DialSource {
  const { origin, span } = text.locate(start, end)
  return { ...origin, span }
}

/**
 * One dial for each place: a variable that others refer to is found in each of them, most completely in the one that
 * says the port.
 */
export function distinct(dials: readonly Dial[]): readonly Dial[] {
  const known = new Map<string, Dial[]>()
  for (const dial of dials) {
    const { object, field, span } = dial.source
    const place = `${keyOf(object)} ${field} ${span[0]}`
    const same = (known.get(place) ?? []).filter(
      ({ host, port }) => host !== dial.host || (port !== undefined && port !== dial.port),
    )
    const isKnown = (known.get(place) ?? []).some(
      ({ host, port }) => host === dial.host && port !== undefined && (dial.port ?? port) === port,
    )
    if (isKnown) continue
    known.set(place, [...same, dial])
  }
  return [...known.values()].flat()
}
