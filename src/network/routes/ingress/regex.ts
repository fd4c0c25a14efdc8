import { type RegularExpression, regularExpression } from '../../regular-expression.ts'

/** The pattern of a path, from its start and without regard to case, as `~* "^path"` in nginx. `undefined`: not evaluated. */
export function pathPattern(text: string): RegularExpression | undefined {
  return regularExpression(`^${text}`, { ignoresCase: true })
}

/** How many groups a pattern captures; `undefined` for one that is not evaluated. */
export function groupsOf(text: string): number | undefined {
  const pattern = pathPattern(text)
  return pattern === undefined ? undefined : pattern.groups.length - 1
}

/** The highest group that a rewrite target asks for: 2 for `/$1/$2`. */
export function highestGroup(target: string): number {
  return Math.max(0, ...[...target.matchAll(/\$(\d)/g)].map(([, digit]) => Number(digit)))
}

/** What a rewrite target becomes with the groups of a match. */
export function rewritten(groups: readonly string[], target: string): string {
  return target.replaceAll(/\$(\d)/g, (_, digit: string) => groups[Number(digit)] ?? '')
}
