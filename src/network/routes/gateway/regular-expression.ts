/**
 * Runs a regular expression of a route on a text, where that is safe and where all implementations agree.
 *
 * Most speak RE2; some match the whole text (Envoy), some any part of it (Traefik). Expressions come from a cluster, so
 * only those are run that cannot take long: no groups that repeat, no references back, at most two open repetitions.
 *
 * @param how what the implementation does; absent where it is not known
 * @returns `undefined` where it cannot be told
 */
export function matchesExpression(
  expression: string,
  text: string,
  how?: 'whole' | 'part' | undefined,
): boolean | undefined {
  if (!isHarmless(expression) || text.length > longestText) return undefined
  const answers = (how === undefined ? (['whole', 'part'] as const) : [how]).map((way) =>
    run(way === 'whole' ? `^(?:${expression})$` : expression, text),
  )
  const [first] = answers
  return answers.every((answer) => answer === first) ? first : undefined
}

const longestText = 2_048
const longestExpression = 512

function isHarmless(expression: string): boolean {
  const plain = expression.replaceAll(/\\[^1-9k]/g, 'x').replaceAll(/\[[^\]]*\]/g, 'x')
  const repetitions = plain.match(/[*+]|\{\d+,?\d*\}/g) ?? []
  return (
    expression.length <= longestExpression &&
    !/\\[1-9k]|\(\?(?!:)|\)[*+{]/.test(plain) &&
    repetitions.length <= 2
  )
}

function run(expression: string, text: string): boolean | undefined {
  try {
    return new RegExp(expression, 'u').test(text)
  } catch {
    return undefined
  }
}
