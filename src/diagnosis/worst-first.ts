import type { Finding } from '../rules/finding.ts'
import type { Path } from '../trace/path.ts'
import { mostImportantFirst, severities } from './join.ts'

/**
 * Causes in the order in which an on-call engineer wants them: errors first, then by how many connections fail wholly,
 * then by how many fail in part or perhaps, then proven before likely, then by key. Independent of the input's order.
 *
 * @param breaks key of a cause -> the connections that it breaks
 * @param later those of them that another cause stops before
 */
export function worstFirst(
  causes: readonly Finding[],
  breaks: ReadonlyMap<string, readonly Path[]>,
  later: ReadonlyMap<string, readonly Path[]> = new Map(),
): readonly Finding[] {
  const harmOf = new Map(causes.map(({ key }) => [key, harm(breaks.get(key) ?? [], later.get(key) ?? [])]))
  return [...causes].sort((a, b) => {
    const [mine, other] = [harmOf.get(a.key) ?? harmless, harmOf.get(b.key) ?? harmless]
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
function harm(paths: readonly Path[], later: readonly Path[]): Harm {
  const real = paths.filter(({ connection }) => connection.client.kind !== 'anyone')
  // What fails at another fault before fails through this one perhaps.
  const wholly = real.filter((path) => failsWholly(path) && !later.includes(path)).length
  return { wholly, partly: real.length - wholly }
}

/** A canary that fails hurts only the share of the requests that its route sends there. */
function failsWholly({ connection: { client }, firstBroken, outcome }: Path): boolean {
  const isShare = client.kind === 'route' && client.backend.isShare
  return firstBroken !== undefined && outcome === 'fails' && !isShare
}
