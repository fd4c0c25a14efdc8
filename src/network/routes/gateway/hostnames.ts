/**
 * Host names of listeners and routes. `*.example.com` takes any number of labels in front of `example.com`, at least
 * one; nothing at all takes every host. Source: Gateway API, Listener.hostname and HTTPRoute.hostnames.
 */

/** Whether a pattern takes a host, both in any case. */
export function takesHost(pattern: string | undefined, host: string): boolean {
  return pattern === undefined || pattern === '' || covers(pattern.toLowerCase(), host.toLowerCase())
}

/** Whether everything that `b` stands for is in `a`, too. */
function covers(a: string, b: string): boolean {
  return a === b || (a.startsWith('*.') && b.length >= a.length && b.endsWith(a.slice(1)))
}

/**
 * What a listener and a route have in common.
 *
 * @returns host names, possibly with a wildcard; `'any'` where neither names one; nothing where they share none
 */
export function sharedHosts(
  listener: string | undefined,
  route: readonly string[],
): readonly string[] | 'any' {
  const own = listener === undefined || listener === '' ? undefined : listener.toLowerCase()
  if (own === undefined) return route.length === 0 ? 'any' : route.map((host) => host.toLowerCase())
  if (route.length === 0) return [own]
  return route.flatMap((written) => {
    const host = written.toLowerCase()
    if (covers(own, host)) return [host]
    return covers(host, own) ? [own] : []
  })
}

/** How specific a pattern is, the larger the better: an exact name before any wildcard, then by length. */
export function hostRank(pattern: string | undefined): number {
  if (pattern === undefined || pattern === '') return 0
  return pattern.startsWith('*.') ? pattern.length : pattern.length + 1000
}

/** A host that a pattern takes, for an example. */
export function exampleHost(pattern: string): string {
  return pattern.startsWith('*.') ? `any${pattern.slice(1)}` : pattern
}
