import { parseAddress } from '../../network/inventory/address.ts'
import { readCandidate } from '../../network/references/candidates.ts'
import { readHost, readHostPort, readPort } from '../../network/references/hosts.ts'
import { findUrls } from '../../network/references/urls.ts'

/** An address in a message, or one that was asked for. */
export interface Named {
  /** A DNS name in lower case, or an IP address without brackets. */
  readonly host: string
  readonly address?: 4 | 6 | undefined
  readonly port?: number | undefined
}

/** The addresses of one message by the part that they play. */
export interface MessageAddresses {
  /** What was dialled or looked up. */
  readonly target?: Named | undefined
  /** What the name of {@link target} had become, where the message shows both. */
  readonly resolved?: Named | undefined
  /** The end that wrote the message: its pod has this address. */
  readonly local?: Named | undefined
  /** The DNS server that was asked. */
  readonly server?: Named | undefined
}

/** Characters of a host with or without port, IPv6 in brackets included. */
const host = String.raw`(\[[0-9a-fA-F:.%]{2,60}\](?::[0-9]{1,5})?|[\w.-]{1,253}(?![\w.-]*://)(?::[0-9]{1,5})?)`
const pattern = (source: string): RegExp => new RegExp(source.replaceAll('%H', host), 'i')

/** Sentences with a name and the address that it had become. */
const withAddress: readonly RegExp[] = [
  // psql: connection to server at "db" (10.0.0.1), port 5432 failed; ... running on host "db" (10.0.0.1) and accepting ... on port 5432
  pattern(
    String.raw`(?:server at|on host) "%H"(?: \(([0-9a-fA-F:.]{2,60})\))?(?:,| and accepting tcp/ip connections on) port ([0-9]{1,5})`,
  ),
  // Java: auth/10.96.0.1:80
  pattern(String.raw`(?<![\w./-])([a-z][\w.-]{0,252})/(?:<unresolved>|([0-9a-fA-F:.]{2,60})):([0-9]{1,5})`),
  // nc: connect to db (10.0.0.1) port 5432; wget: auth:80 (10.0.0.1)
  pattern(String.raw`connect(?:ing)? to %H \(([0-9a-fA-F:.]{2,60}):?\)(?: port ([0-9]{1,5}))?`),
  pattern(String.raw`connecting to %H \(([0-9a-fA-F:.]{2,60}):([0-9]{1,5})\)`),
]

/** Sentences with a host and its port apart. */
const apart: readonly RegExp[] = [
  pattern(`failed to connect to %H port ([0-9]{1,5})`),
  pattern(`couldn't connect to (?:server|host),? %H port ([0-9]{1,5})`),
  pattern(`host='%H', port=([0-9]{1,5})`),
  pattern(`host: ?"?%H"?, port: ?([0-9]{1,5})`),
  pattern(String.raw`%H port ([0-9]{1,5})(?: \(tcp\))? failed`),
  pattern(`connect to %H port ([0-9]{1,5})`),
]

/** Sentences around one host, the more telling first. */
const one: readonly RegExp[] = [
  pattern(String.raw`\blookup %H`),
  pattern(`upstream: "(?:[a-z]{2,10}://)?%H`),
  pattern(`host not found in upstream "%H`),
  pattern(String.raw`(?<![\w.-])%H could not be resolved`),
  pattern(String.raw`\b(?:dial|read|write) (?:tcp|udp)[46]? %H`),
  pattern(
    `(?:could not|couldn't|can't|cannot|failed to) resolve (?:host:? ?|hostname:? ?|proxy:? ?)?["']?%H`,
  ),
  pattern(`could not translate host ?name "%H"`),
  pattern(`Unknown(?:Host|Address)Exception: (?:failed to resolve )?["']?%H`),
  pattern(
    String.raw`\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET) %H`,
  ),
  pattern(`bad address '?"?%H`),
  pattern(`can't find %H`),
  pattern(`(?:server|host) (?:on )?'%H'`),
  pattern(`(?:Redis|Valkey) at %H`),
  pattern(`(?:connecting|connection|connect|connected) to (?:server |host )?["']?%H`),
  pattern(`Connection refused: %H`),
]

const words =
  /^(?:to|the|a|an|at|on|via|from|server|host|node|database|remote|port|address|tcp|udp|unix|localhost\.)$/i

/** Reads who dialled what in a message of a program. Linear in the text. */
export function addressesIn(message: string): MessageAddresses {
  const server = named(/\blookup [^\s]{1,253} on (\S{2,70}?):? /.exec(message)?.[1])
  const arrow = pattern(`%H ?-> ?%H`).exec(message)
  const local = named(arrow?.[1])
  const remote = named(arrow?.[2])
  const target = targetIn(message)
  const isLookup = server !== undefined || target.target?.address === undefined
  return {
    ...withUrl(isLookup || remote === undefined ? target : { target: remote }, urlName(message)),
    local,
    server,
  }
}

/** `Get "http://auth/": dial tcp 10.96.0.1:80: ...`: the URL has the name that was dialled, or the port of what was looked up. */
function withUrl({ target, resolved }: MessageAddresses, name: Named | undefined): MessageAddresses {
  if (name === undefined || target === undefined) return { target, resolved }
  if (target.host === name.host) return { target: { ...target, port: target.port ?? name.port }, resolved }
  if (target.address === undefined) return { target, resolved }
  return { target: { ...name, port: name.port ?? target.port }, resolved: target }
}

/** The host of the first URL that the program says it asked for, when it is a name. */
function urlName(message: string): Named | undefined {
  const match =
    /\b(?:get|post|put|patch|delete|head|options|fetch|request to|url|uri)[ :="'(]{1,4}(?=[a-z][a-z0-9+.-]{0,20}:\/\/)/i.exec(
      message,
    )
  if (match === null) return undefined
  const url = findUrls(message.slice(match.index, match.index + 1000))[0]?.hosts[0]
  return url === undefined || url.address !== undefined ? undefined : { host: url.host, port: url.port }
}

function targetIn(message: string): MessageAddresses {
  for (const sentence of withAddress) {
    const [, written, address, port] = sentence.exec(message) ?? []
    const target = named(written, port)
    if (target === undefined) continue
    const resolved = target.address === undefined ? named(address, port) : undefined
    return { target, resolved: resolved && { ...resolved, port: target.port } }
  }
  for (const sentence of apart) {
    const [, written, port] = sentence.exec(message) ?? []
    const target = named(written, port)
    if (target !== undefined) return { target }
  }
  for (const sentence of one) {
    const target = named(sentence.exec(message)?.[1])
    if (target !== undefined) return { target }
  }
  return { target: anyAddress(message) }
}

function named(written: string | undefined, port?: string | undefined): Named | undefined {
  if (written === undefined || words.test(written)) return undefined
  // A sentence may end behind the host.
  const text = written.replace(/[.:]{1,3}$/, '').replace(/%\w{1,20}(?=\]?$|\]:)/, '')
  const found = readHostPort(text, 0) ?? anyPeer(text)
  if (found === undefined) return undefined
  const own = port === undefined ? undefined : readPort(port)
  return { host: found.host, address: found.address, port: found.port ?? own }
}

/** Addresses that configuration never dials (link-local, documentation): a message may have them all the same. */
function anyPeer(text: string): Named | undefined {
  const match = /^\[?([0-9a-fA-F:.]{2,60}?)\]?(?::([0-9]{1,5}))?$/.exec(text)
  const address = parseAddress(text) ?? parseAddress(match?.[1] ?? '')
  if (address === undefined) return undefined
  const isWhole = parseAddress(text) !== undefined
  return {
    host: isWhole ? text.toLowerCase() : (match?.[1] ?? '').toLowerCase(),
    address: address.bits === 32 ? 4 : 6,
    port: isWhole ? undefined : readPort(match?.[2] ?? ''),
  }
}

/** A URL's host, else the last thing that looks like an address. */
function anyAddress(message: string): Named | undefined {
  const url = findUrls(message)[0]?.hosts[0]
  if (url !== undefined) return { host: url.host, address: url.address, port: url.port }
  const hint = { bareWord: () => false, hostPort: () => true }
  for (const token of message.split(/[\s"'`,;()<>{}=|]{1,10}/).reverse()) {
    const found = readCandidate(token, hint)
    if (found !== undefined) return { host: found.host, address: found.address, port: found.port }
  }
  return undefined
}

/** A whole text as one address, name or URL; `undefined` when it is several words, or none of these. */
export function addressOnly(text: string): Named | undefined {
  const trimmed = text.trim()
  if (trimmed === '' || /\s/.test(trimmed)) return undefined
  if (trimmed.includes('://')) {
    const host = findUrls(trimmed)[0]?.hosts[0]
    return host && { host: host.host, address: host.address, port: host.port }
  }
  const service = /^(?:svc|services?)\/(.+)$/i.exec(trimmed)?.[1] ?? trimmed
  const found = readHostPort(service, 0) ?? anyPeer(service)
  if (found !== undefined) return { host: found.host, address: found.address, port: found.port }
  const bare = readHost(service)
  return bare && { host: bare.host, address: bare.address }
}
