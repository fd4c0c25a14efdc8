import { descriptorHosts } from './descriptors.ts'
import type { Found, Span } from './found.ts'
import { hasNoHost } from './guards.ts'
import { readHostPort, readPort } from './hosts.ts'

/** Ports of schemes that have one of their own. Sources: IANA, and the drivers that read such URLs. */
const defaultPorts = new Map<string, number>(
  Object.entries({
    http: 80,
    https: 443,
    ws: 80,
    wss: 443,
    ftp: 21,
    ssh: 22,
    sftp: 22,
    smtp: 25,
    smtps: 465,
    ldap: 389,
    ldaps: 636,
    postgres: 5432,
    postgresql: 5432,
    mysql: 3306,
    mariadb: 3306,
    sqlserver: 1433,
    mssql: 1433,
    oracle: 1521,
    mongodb: 27017,
    mysqlx: 33060,
    redis: 6379,
    rediss: 6379,
    valkey: 6379,
    valkeys: 6379,
    'redis-cluster': 6379,
    'redis-sentinel': 26379,
    'redis+sentinel': 26379,
    memcached: 11211,
    amqp: 5672,
    amqps: 5671,
    nats: 4222,
    mqtt: 1883,
    mqtts: 8883,
    kafka: 9092,
    zookeeper: 2181,
    cassandra: 9042,
    clickhouse: 9000,
    bolt: 7687,
    neo4j: 7687,
  }),
)

/** What `jdbc:` makes of a scheme: the driver speaks another protocol than the server's own clients. */
const jdbcPorts = new Map<string, number>(
  Object.entries({ clickhouse: 8123, 'clickhouse:http': 8123, 'clickhouse:https': 8443 }),
)

/** Drivers that find host and port by SRV records, or reach the host by way of something else. */
const portlessDrivers = new Set(['srv', 'ssh', 'unix'])

const udpSchemes = new Set(['udp', 'dns', 'statsd', 'ntp', 'syslog+udp', 'quic', 'udp4', 'udp6'])

/** Targets of gRPC name resolvers, where the address is the path: `dns:///auth:50051`. */
const pathTargets = new Set(['dns', 'passthrough', 'kubernetes', 'ipv4', 'ipv6'])

/** The port that a scheme has by convention, of `postgresql+asyncpg` that of its base; `undefined` for other schemes. */
export function defaultPortOf(scheme: string): number | undefined {
  return defaultPort(scheme, '')
}

/** A URL in a text: the stretch that it takes, path and query included, and the hosts of its authority. */
export interface Url {
  readonly span: Span
  readonly hosts: readonly Found[]
}

/**
 * Finds the hosts of URLs of any scheme in a text: with userinfo, lists of hosts in one authority (mongodb, amqp,
 * kafka), JDBC, gRPC targets, and addresses in parentheses as MySQL's and Oracle's drivers write them. Reads each
 * character a bounded number of times.
 */
export function findUrls(text: string): readonly Url[] {
  const urls: Url[] = []
  let from = 0
  for (let at = text.indexOf('://', from); at !== -1; at = text.indexOf('://', from)) {
    const start = schemeStart(text, at, from)
    from = at + 3
    if (start === at) continue
    const url = urlAt(text, start, at)
    urls.push(url)
    from = Math.max(from, url.span[1])
  }
  return text.includes('(') ? withDescriptors(urls, descriptorHosts(text)) : urls
}

/** @param colon where `://` begins */
function urlAt(text: string, start: number, colon: number): Url {
  const scheme = text.slice(start, colon).toLowerCase()
  const prefix = driverPrefix(text, start)
  const authorityStart = colon + 3
  const end = withoutNextScheme(text, authorityStart, authorityEnd(text, authorityStart))
  const urlEnd = tailEnd(text, end)
  const span: Span = [start - prefix.length, urlEnd]
  if (hasNoHost(scheme)) return { span, hosts: [] }
  const target = pathTargets.has(scheme) ? targetInPath(text, end, urlEnd) : undefined
  if (target !== undefined) return { span, hosts: [{ ...target, scheme }] }
  const port = defaultPort(scheme, prefix.toLowerCase())
  const protocol = udpSchemes.has(scheme) ? 'UDP' : 'TCP'
  const found = hostsOf(text, authorityStart, end)
  const hosts = found.length === 0 ? hostsInQuery(text, scheme, end, urlEnd) : atInstance(text, end, found)
  return {
    span,
    hosts: hosts.map((host) => ({
      ...host,
      port: host.port ?? (isPortless(host) ? undefined : port),
      scheme,
      protocol,
    })),
  }

  /** A named instance of SQL Server listens on a port that another server tells. */
  function isPortless(host: Found): boolean {
    return text[host.hostSpan[1]] === '\\'
  }
}

/** `jdbc:` and what may follow it before the scheme, such as `jdbc:mysql:` of `jdbc:mysql:loadbalance://`. */
export function driverPrefix(text: string, start: number): string {
  if (text[start - 1] !== ':') return ''
  const before = text.slice(Math.max(0, start - 50), start)
  return /(?<![a-zA-Z0-9])(?:jdbc|r2dbc):(?:[a-zA-Z0-9]{1,20}:){0,2}$/i.exec(before)?.[0] ?? ''
}

/** The port that a driver takes where a URL names none; of `jdbc:mysql:loadbalance` and `postgresql+asyncpg` the server's. */
function defaultPort(scheme: string, prefix: string): number | undefined {
  const [, family] = prefix.split(':')
  const ofJdbc =
    prefix === ''
      ? undefined
      : jdbcPorts.get(family === '' || family === undefined ? scheme : `${family}:${scheme}`)
  const known =
    ofJdbc ??
    (family === undefined || family === '' ? undefined : defaultPorts.get(family)) ??
    defaultPorts.get(scheme)
  if (known !== undefined) return known
  const [base = '', driver = ''] = scheme.split('+')
  return portlessDrivers.has(driver) ? undefined : defaultPorts.get(base)
}

/** `dns:///auth:50051`, `dns://10.0.0.10/auth:50051`: the authority is the name server, if there is one. */
function targetInPath(text: string, slash: number, end: number): Found | undefined {
  if (text[slash] !== '/' || slash + 1 >= end) return undefined
  return readHostPort(text.slice(slash + 1, end), slash + 1)
}

/** `postgresql:///shop?host=db&port=5433`, as libpq reads it; a host that begins with a slash is a socket. */
function hostsInQuery(text: string, scheme: string, start: number, end: number): readonly Found[] {
  if (!scheme.startsWith('postgres')) return []
  const query = text.slice(start, end)
  const host = /[?&]host=([^&#/]{1,1000})/.exec(query)
  if (host === null) return []
  const port = /[?&]port=([0-9]{1,5})(?![0-9])/.exec(query)
  const portAt = port === null ? 0 : start + port.index + port[0].length - (port[1] ?? '').length
  const number = port === null ? undefined : readPort(port[1] ?? '')
  let at = start + host.index + '?host='.length
  return (host[1] ?? '').split(',').flatMap((part) => {
    const found = readHostPort(part, at)
    at += part.length + 1
    if (found === undefined || found.port !== undefined || number === undefined) return found ?? []
    return { ...found, port: number, portSpan: [portAt, portAt + String(number).length] as const }
  })
}

/** `mssql\\instance:1434`: the port stands behind the name of the instance. */
function atInstance(text: string, end: number, found: readonly Found[]): readonly Found[] {
  const [only] = found
  if (text[end] !== '\\' || only === undefined || found.length > 1) return found
  const match = /^\\{1,2}[\w$*]{1,100}:([0-9]{1,5})/.exec(text.slice(end, end + 120))
  const digits = match?.[1] ?? ''
  const port = readPort(digits)
  if (match === null || port === undefined) return found
  const portEnd = end + match[0].length
  return [{ ...only, port, portSpan: [portEnd - digits.length, portEnd] }]
}

/** URLs and addresses in parentheses in order; what overlaps a URL that has hosts is that URL's. */
function withDescriptors(urls: readonly Url[], descriptors: readonly Url[]): readonly Url[] {
  if (descriptors.length === 0) return urls
  const all = [...urls, ...descriptors].sort(
    (a, b) => a.span[0] - b.span[0] || b.hosts.length - a.hosts.length,
  )
  const kept: Url[] = []
  for (const url of all) {
    const before = kept.at(-1)
    if (before === undefined || before.span[1] <= url.span[0]) kept.push(url)
    else if (before.hosts.length === 0) {
      // `jdbc:mysql:replication://(host=db,port=3306)`: an authority that is no host.
      kept.pop()
      kept.push({ ...before, span: [before.span[0], url.span[0]] }, url)
    }
  }
  return kept
}

const schemeChar = /[a-zA-Z0-9+._-]/

function schemeStart(text: string, end: number, limit: number): number {
  let start = end
  while (start > limit && end - start < 40 && schemeChar.test(text[start - 1] ?? '')) start--
  while (start < end && !/[a-zA-Z]/.test(text[start] ?? '')) start++
  return start
}

const authorityStops = new Set([...' \t\r\n"\'`<>\\;|^/?#'])
const tailStops = new Set([...' \t\r\n"\'`<>\\;|^,)}'])

/** The end of an authority; `${VAR}` and `$(VAR)` inside (a password, say) belong to it. */
function authorityEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? ''
    if (depth > 0) {
      if (char === ')' || char === '}') depth--
      else if (char === '\n') return at
      continue
    }
    if (char === '$' && (text[at + 1] === '{' || text[at + 1] === '(')) {
      depth++
      at++
      continue
    }
    if (authorityStops.has(char) || char === ')' || char === '}' || char === '{') return at
  }
  return text.length
}

/** The authority of `http://a:80,http://b:80` ends at the comma: behind it stands the next URL's scheme. */
function withoutNextScheme(text: string, start: number, end: number): number {
  if (!text.startsWith('://', end - 1)) return end
  const comma = text.slice(start, end).lastIndexOf(',')
  return comma === -1 ? end : start + comma
}

function tailEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && !tailStops.has(text[at] ?? '')) at++
  return at
}

function hostsOf(text: string, start: number, end: number): readonly Found[] {
  const authority = text.slice(start, end)
  const user = authority.lastIndexOf('@') + 1
  const hosts = authority.slice(user)
  const found: Found[] = []
  let at = start + user
  for (const part of hosts.split(',')) {
    const item = readHostPort(part.endsWith(':') ? part.slice(0, -1) : part, at)
    if (item !== undefined) found.push(item)
    at += part.length + 1
  }
  return found
}
