import type { Found, Span } from './found.ts'
import { hasNoHost } from './guards.ts'
import { readHostPort } from './hosts.ts'

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
    redis: 6379,
    rediss: 6379,
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

const udpSchemes = new Set(['udp', 'dns', 'statsd', 'ntp', 'syslog+udp', 'quic', 'udp4', 'udp6'])

/** Targets of gRPC name resolvers, where the address is the path: `dns:///auth:50051`. */
const pathTargets = new Set(['dns', 'passthrough', 'kubernetes', 'ipv4', 'ipv6'])

/** A URL in a text: the stretch that it takes, path and query included, and the hosts of its authority. */
export interface Url {
  readonly span: Span
  readonly hosts: readonly Found[]
}

/**
 * Finds the hosts of URLs of any scheme in a text: with userinfo, lists of hosts in one authority (mongodb, amqp,
 * kafka), JDBC, and gRPC targets. Reads each character a bounded number of times.
 */
export function findUrls(text: string): readonly Url[] {
  const urls: Url[] = []
  let from = 0
  for (let at = text.indexOf('://', from); at !== -1; at = text.indexOf('://', from)) {
    const start = schemeStart(text, at, from)
    from = at + 3
    if (start === at) continue
    const scheme = text.slice(start, at).toLowerCase()
    const authorityStart = pathTargets.has(scheme) && text[from] === '/' ? from + 1 : from
    const end = withoutNextScheme(text, authorityStart, authorityEnd(text, authorityStart))
    const urlEnd = tailEnd(text, end)
    urls.push({
      span: [start, urlEnd],
      hosts: hasNoHost(scheme) ? [] : hostsOf(text, authorityStart, end, scheme),
    })
    from = Math.max(from, urlEnd)
  }
  return urls
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

function hostsOf(text: string, start: number, end: number, scheme: string): readonly Found[] {
  const authority = text.slice(start, end)
  const user = authority.lastIndexOf('@') + 1
  const hosts = authority.slice(user)
  const found: Found[] = []
  let at = start + user
  for (const part of hosts.split(',')) {
    const item = readHostPort(part.endsWith(':') ? part.slice(0, -1) : part, at)
    if (item !== undefined) found.push(withScheme(item, scheme))
    at += part.length + 1
  }
  return found
}

function withScheme(found: Found, scheme: string): Found {
  const port = found.port ?? defaultPorts.get(scheme)
  return { ...found, port, scheme, protocol: udpSchemes.has(scheme) ? 'UDP' : 'TCP' }
}
