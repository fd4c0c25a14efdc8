import { KnownError } from '../snapshot/known-error.ts'

/** kubectl waits for ever; a hung API server must not hang the diagnosis of it. */
const defaultTimeoutMs = 60_000

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/**
 * Parses `--request-timeout`: `5`, `30s`, `1m30s`, `0`.
 *
 * @returns milliseconds; `undefined` for no limit; 60,000 when the flag is not given
 * @throws KnownError when it is neither whole seconds nor a duration
 */
export function parseRequestTimeout(given: string | undefined): number | undefined {
  if (given === undefined) return defaultTimeoutMs
  if (/^\d+$/.test(given)) return Number(given) === 0 ? undefined : Number(given) * 1_000
  const parts = [...given.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== given) {
    throw new KnownError(
      'BAD_TIMEOUT',
      `--request-timeout "${given}" is neither seconds nor a duration such as 30s or 1m30s`,
    )
  }
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0)
  return total === 0 ? undefined : total
}
