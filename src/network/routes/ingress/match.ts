import type { RouteRequest } from '../request.ts'
import type { Location } from './locations.ts'
import { pathPattern } from './regex.ts'
import type { Table } from './tables.ts'

/** The location that takes a request, or that nobody can say. */
export type Match =
  | { readonly is: 'match'; readonly location: Location; readonly byRegex: boolean }
  | { readonly is: 'none' }
  /** A regular expression that is not evaluated here would decide. */
  | { readonly is: 'unknown'; readonly location: Location }

type Wanted = Pick<RouteRequest, 'host' | 'path'>

const none: Match = { is: 'none' }

/** The location of a controller's table that takes a host and path. Canaries take nothing by themselves. */
export function matchLocation(table: Table, wanted: Wanted, dialect: Dialect): Match {
  return dialect === 'traefik' || dialect === 'traefik-nginx'
    ? byRuleLength(table, wanted, dialect)
    : byServer(table, wanted, dialect)
}

type Dialect = 'ingress-nginx' | 'traefik' | 'traefik-nginx' | 'generic'

/** The wildcard host that takes a host: it stands for one label. */
export function wildcardOf(host: string): string {
  return host.includes('.') ? `*${host.slice(host.indexOf('.'))}` : '*'
}

/** A host, its wildcard, or any: the most exact one that the table has. */
function serverOf(table: Pick<Table, 'hosts'>, host: string): string {
  if (table.hosts.has(host)) return host
  const wildcard = wildcardOf(host)
  return table.hosts.has(wildcard) ? wildcard : ''
}

/**
 * A host of its own decides before paths are looked at; then an exact path, then the longest prefix. Where the host is of
 * regular expressions (ingress-nginx only), the first that matches, longest text first, whatever its type.
 */
function byServer(table: Table, wanted: Wanted, dialect: 'ingress-nginx' | 'generic'): Match {
  const host = serverOf(table, wanted.host)
  const all = (table.hosts.get(host) ?? []).filter((item) => !item.isCanary)
  const paths = distinct(all.filter(({ isDefault }) => !isDefault))
  const isRegex = dialect === 'ingress-nginx' && table.regexHosts.has(host)
  const found = isRegex ? firstPattern(paths, wanted.path) : longestPath(paths, wanted.path, dialect)
  if (found.is !== 'none') return found
  const fallback = all.find(({ isDefault }) => isDefault)
  if (fallback !== undefined) return { is: 'match', location: fallback, byRegex: false }
  const last = host === '' ? undefined : catchAll(table)
  return last === undefined ? none : { is: 'match', location: last, byRegex: false }
}

const catchAll = (table: Table): Location | undefined =>
  table.hosts.get('')?.find(({ isDefault, ingress }) => isDefault && ingress.spec.rules.length === 0)

/** Of two locations of the same path and type the older one stays. */
function distinct(locations: readonly Location[]): readonly Location[] {
  const seen = new Set<string>()
  return locations.filter(({ path, pathType }) => {
    const key = `${pathType === 'Exact' ? '=' : '^'} ${path}`
    return seen.has(key) ? false : seen.add(key)
  })
}

function firstPattern(locations: readonly Location[], path: string): Match {
  const ordered = locations.toSorted(
    (a, b) => b.path.length - a.path.length || (a.path === b.path ? 0 : a.path > b.path ? -1 : 1),
  )
  for (const location of ordered) {
    const pattern = pathPattern(location.path)
    if (pattern === undefined) return { is: 'unknown', location }
    if (pattern.match(path) !== undefined) return { is: 'match', location, byRegex: true }
  }
  return none
}

function longestPath(
  locations: readonly Location[],
  path: string,
  dialect: 'ingress-nginx' | 'generic',
): Match {
  const exact = locations.find((item) => item.pathType === 'Exact' && item.path === path)
  if (exact !== undefined) return { is: 'match', location: exact, byRegex: false }
  const [longest] = locations
    .filter((item) => item.pathType !== 'Exact' && isElementPrefix(item.path, path))
    .toSorted((a, b) => b.path.length - a.path.length)
  // What an ImplementationSpecific path with special characters means is the controller's own business.
  const special = locations.find(
    (item) =>
      dialect === 'generic' && item.pathType === 'ImplementationSpecific' && /[^\w./~%-]/.test(item.path),
  )
  if (special !== undefined && (longest === undefined || special.path.length > longest.path.length))
    return { is: 'unknown', location: special }
  return longest === undefined ? none : { is: 'match', location: longest, byRegex: false }
}

/** Prefix matching by elements: `/foo` takes `/foo` and `/foo/bar`, not `/foobar`. */
export function isElementPrefix(prefix: string, path: string): boolean {
  const plain = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  return path === plain || path.startsWith(`${plain}/`)
}

interface Rule {
  readonly text: string
  readonly takes: (wanted: Wanted) => boolean | undefined
}

/** Traefik: of all routers whose rule matches the one with the longest rule text. */
function byRuleLength(table: Table, wanted: Wanted, dialect: 'traefik' | 'traefik-nginx'): Match {
  const all = [...new Set([wanted.host, wildcardOf(wanted.host), ''])].flatMap(
    (host) => table.hosts.get(host) ?? [],
  )
  const rules = all
    .filter((item) => !item.isCanary || dialect === 'traefik')
    .map((location) => ({ location, rule: ruleOf(location, table, dialect) }))
    .toSorted((a, b) => b.rule.text.length - a.rule.text.length)
  for (const { location, rule } of rules) {
    const takes = rule.takes(wanted)
    if (takes === undefined) return { is: 'unknown', location }
    if (takes)
      return {
        is: 'match',
        location,
        byRegex: dialect === 'traefik-nginx' && table.regexHosts.has(location.host ?? ''),
      }
  }
  return none
}

/** The rule that Traefik's providers write for a location; its length is its priority. */
function ruleOf(location: Location, table: Table, dialect: 'traefik' | 'traefik-nginx'): Rule {
  const host = location.host === undefined ? [] : [`Host("${location.host}")`]
  const { text, takes } = pathRule(location, table, dialect)
  // The lowest priority of all.
  if (location.isDefault && location.host === undefined && location.ingress.spec.rules.length === 0)
    return { text: '', takes: () => true }
  return { text: [...host, ...(text === '' ? [] : [text])].join(' && '), takes: ({ path }) => takes(path) }
}

interface PathRule {
  readonly text: string
  readonly takes: (path: string) => boolean | undefined
}

function pathRule(location: Location, table: Table, dialect: 'traefik' | 'traefik-nginx'): PathRule {
  const { path, pathType, isDefault } = location
  if (isDefault) return { text: '', takes: () => true }
  if (pathType === 'Exact') return { text: `Path("${path}")`, takes: (wanted) => wanted === path }
  const isStrict = dialect === 'traefik-nginx' || isStrictPrefix(table)
  if (!isStrict) return { text: `PathPrefix("${path}")`, takes: (wanted) => wanted.startsWith(path) }
  if (dialect === 'traefik-nginx' && table.regexHosts.has(location.host ?? '')) {
    const pattern = pathPattern(path)
    return {
      text: `PathRegexp("(?i)^${path}")`,
      takes: (wanted) => (pattern === undefined ? undefined : pattern.match(wanted) !== undefined),
    }
  }
  if (path === '/') return { text: 'PathPrefix("/")', takes: () => true }
  const plain = path.endsWith('/') ? path.slice(0, -1) : path
  return {
    text: `(Path("${plain}") || PathPrefix("${plain}/"))`,
    takes: (wanted) => isElementPrefix(path, wanted),
  }
}

/** Traefik's own provider compares characters unless told to follow the specification. */
function isStrictPrefix({ serving }: Table): boolean {
  if (serving.is !== 'served') return false
  return (
    serving.controller.instance?.options.get('providers.kubernetesingress.strictprefixmatching') === 'true'
  )
}
