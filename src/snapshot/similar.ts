/** Names longer than this are not compared letter by letter. */
const longest = 253

/** Levenshtein distance: how many letters to insert, delete or replace. Linear in memory. */
export function editDistance(a: string, b: string): number {
  if (a === b) return 0
  if (a.length > longest || b.length > longest) return Number.POSITIVE_INFINITY
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, replaced))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

/** Words that say nothing about which application a name means. */
const generic = new Set([
  'app',
  'api',
  'svc',
  'service',
  'server',
  'backend',
  'frontend',
  'web',
  'main',
  'prod',
  'dev',
])

/** Whether a label value is one that many applications use: `web`, `api`. */
export function isGeneric(value: string): boolean {
  return words(value).size === 0
}

function words(name: string): ReadonlySet<string> {
  return new Set(
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((part) => part.length > 2 && !generic.has(part)),
  )
}

/** Whether two names share a word that means something: `payment-gateway` and `payment-service` do. */
export function sharesWord(a: string, b: string): boolean {
  const other = words(b)
  return [...words(a)].some((part) => other.has(part))
}

/** Whether one name may be a slip for the other: up to two letters off (one in short names), or a shared word. */
export function isNear(a: string, b: string): boolean {
  const distance = editDistance(a, b)
  const allowed = Math.min(a.length, b.length) > 4 ? 2 : 1
  return distance <= allowed || sharesWord(a, b)
}

/** The candidates that may be meant, nearest first; at most three. */
export function nearest(name: string, candidates: readonly string[]): readonly string[] {
  return [...new Set(candidates)]
    .filter((candidate) => candidate !== name && isNear(name, candidate))
    .sort((a, b) => editDistance(name, a) - editDistance(name, b) || (a < b ? -1 : 1))
    .slice(0, 3)
}
