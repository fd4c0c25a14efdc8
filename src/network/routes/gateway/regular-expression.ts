import { regularExpression } from '../../regular-expression.ts'

/**
 * Runs a regular expression of a route on a text, where all implementations agree or it is known what this one does: some
 * match the whole text (Envoy), some any part of it (Traefik).
 *
 * @param how what the implementation does; absent where it is not known
 * @returns `undefined` where it cannot be told
 */
export function matchesExpression(
  expression: string,
  text: string,
  how?: 'whole' | 'part' | undefined,
): boolean | undefined {
  const ways = how === undefined ? (['whole', 'part'] as const) : [how]
  const answers = ways.map((way) => {
    const compiled = regularExpression(way === 'whole' ? `^(?:${expression})$` : expression)
    return compiled === undefined ? undefined : compiled.match(text) !== undefined
  })
  const [first] = answers
  return answers.every((answer) => answer === first) ? first : undefined
}
