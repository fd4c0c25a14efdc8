import { RE2JS } from 're2js'

/**
 * A regular expression in the syntax of RE2, which Go's `regexp` (CoreDNS, Traefik) and Envoy have, and which agrees with
 * nginx' PCRE wherever both accept it. It takes time linear in the text: expressions come from whoever may write to the
 * cluster, and JavaScript's own engine can be kept busy for ever by some.
 */
export interface RegularExpression {
  /** The groups of the first match, the whole match first; a group that took no part is ''. `undefined` without a match. */
  readonly match: (text: string) => readonly string[] | undefined
  /** Names of the groups, the whole match first; '' for those without a name. */
  readonly groups: readonly string[]
}

const longestExpression = 1_000

/**
 * @returns `undefined` for what RE2 does not accept (look-around, references back, possessive signs), whatever another
 *   dialect makes of it, and for what is too long to be tried
 */
export function regularExpression(
  source: string,
  { ignoresCase = false }: { readonly ignoresCase?: boolean } = {},
): RegularExpression | undefined {
  if (source.length > longestExpression) return undefined
  const compiled = compile(source, ignoresCase ? RE2JS.CASE_INSENSITIVE : 0)
  if (compiled === undefined) return undefined
  const names = new Map(Object.entries(compiled.namedGroups()).map(([name, index]) => [index, name]))
  const groups = Array.from({ length: compiled.groupCount() + 1 }, (_, index) => names.get(index) ?? '')
  return {
    groups,
    match(text) {
      const matcher = compiled.matcher(text)
      return matcher.find() ? groups.map((_, index) => matcher.group(index) ?? '') : undefined
    },
  }
}

function compile(source: string, flags: number): RE2JS | undefined {
  try {
    return RE2JS.compile(source, flags)
  } catch {
    return undefined
  }
}
