import type { Finding } from '../rules/finding.ts'
import type { Path } from '../trace/path.ts'
import { mostImportantFirst, severities } from './join.ts'

/**
 * Causes in the order in which an on-call engineer wants them: errors first, then by how many connections fail wholly,
 * then by how many fail in part or perhaps, then proven before likely, then by key. Independent of the input's order.
 *
 * @param breaks key of a cause -> the connections that it breaks
 */
export function worstFirst(
  causes: readonly Finding[],
  breaks: ReadonlyMap<string, readonly Path[]>,
): readonly Finding[] {
  const harmOf = new Map(causes.map((cause) => [cause, harm(breaks.get(cause.key) ?? [])]))
  return [...causes].sort((a, b) => {
    const [mine, other] = [harmOf.get(a) ?? harmless, harmOf.get(b) ?? harmless]
    return (
      severities[a.severity] - severities[b.severity] ||
      other.wholly - mine.wholly ||
      other.partly - mine.partly ||
      mostImportantFirst(a, b)
    )
  })
}

interface Harm {
  readonly wholly: number
  readonly partly: number
}

const harmless: Harm = { wholly: 0, partly: 0 }

/** A Service that nobody calls is walked for its own sake, and is nobody's harm. */
function harm(paths: readonly Path[]): Harm {
  const real = paths.filter(({ connection }) => connection.client.kind !== 'anyone')
  const wholly = real.filter(failsWholly).length
  return { wholly, partly: real.length - wholly }
}

/** A canary that fails hurts only the share of the requests that its route sends there. */
function failsWholly({ connection: { client }, firstBroken, outcome }: Path): boolean {
  const isShare = client.kind === 'route' && client.backend.isShare
  return firstBroken !== undefined && outcome === 'fails' && !isShare
}
