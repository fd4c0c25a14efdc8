/**
 * Regular expressions as controllers read them (PCRE, RE2), tried here. Their syntax differs from ours in corners, and
 * some take for ever: what may be either is not evaluated.
 */
export type Pattern = { readonly is: 'pattern'; readonly pattern: RegExp } | { readonly is: 'not-evaluated' }

const longest = 1000

/** Constructs that mean something else in another dialect, or nothing: inline flags, look-around, back-references, possessive. */
const special = /\(\?(?!:)|\\[1-9kKGQEzZA]|[*+?}]\+|\[\[:/

/** A group under `*` or `+` with another such sign in it. */
const nested = /\([^()]*[*+][^()]*\)[*+]/

/** The pattern of a path, from its start and without regard to case, as `~* "^path"` in nginx. */
export function pathPattern(text: string): Pattern {
  if (text.length > longest || special.test(text) || nested.test(text)) return { is: 'not-evaluated' }
  try {
    return { is: 'pattern', pattern: new RegExp(`^${text}`, 'i') }
  } catch {
    return { is: 'not-evaluated' }
  }
}

/** How many groups a pattern captures; `undefined` for one that is not evaluated. */
export function groupsOf(text: string): number | undefined {
  const found = pathPattern(text)
  if (found.is === 'not-evaluated') return undefined
  // A pattern that also matches nothing tells how many groups it has.
  return (new RegExp(`${found.pattern.source}|`).exec('')?.length ?? 1) - 1
}

/** The highest group that a rewrite target asks for: 2 for `/$1/$2`. */
export function highestGroup(target: string): number {
  return Math.max(0, ...[...target.matchAll(/\$(\d)/g)].map(([, digit]) => Number(digit)))
}

/** The path that a rewrite makes, as nginx' `rewrite "(?i)PATH" TARGET break` does. */
export function rewritten(path: string, pattern: RegExp, target: string): string {
  const found = pattern.exec(path)
  if (found === null) return path
  return target.replaceAll(/\$(\d)/g, (_, digit: string) => found[Number(digit)] ?? '')
}
