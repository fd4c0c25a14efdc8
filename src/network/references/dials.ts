import { keyOf } from '../../snapshot/snapshot.ts'
import type { Dial, DialSource } from './dial.ts'
import type { Found, Span } from './found.ts'
import type { WrittenText } from './written-text.ts'

/** The dial of an address that was found in a text, with the place where it is written. */
export function dialOf(found: Found, text: WrittenText): Dial {
  const { host, address, port, protocol, scheme, hostSpan, portSpan } = found
  const common = { host, address, port, portWritten: portSpan !== undefined, protocol, scheme }
  const isBeside = portSpan !== undefined && portSpan[0] === hostSpan[1] + 1 && text.text[hostSpan[1]] === ':'
  if (portSpan === undefined) return { ...common, source: sourceOf(text, hostSpan) }
  if (isBeside && isWrittenTogether(text, found, portSpan[1])) {
    return { ...common, source: sourceOf(text, [hostSpan[0], portSpan[1]]) }
  }
  return { ...common, source: sourceOf(text, hostSpan), portSource: sourceOf(text, portSpan) }
}

/**
 * Whether one stretch holds both host and port. `$(HOST):5432` has its host in another variable; in
 * `$(NAME).prod:5432` the host itself is put together, and only the whole can be replaced.
 */
function isWrittenTogether(text: WrittenText, { hostSpan }: Found, end: number): boolean {
  return isAsWritten(text, [hostSpan[0], end]) || !isAsWritten(text, hostSpan)
}

function isAsWritten(text: WrittenText, [start, end]: Span): boolean {
  const { origin, span } = text.locate(start, end)
  return origin.value.slice(...span) === text.text.slice(start, end)
}

/** A source for a stretch of a text. */
export function sourceOf(text: WrittenText, [start, end]: Span): DialSource {
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
