import { parseAddress } from '../inventory/address.ts'
import { type Found, shifted } from './found.ts'
import { isFileName, isPlausiblePort, isSetting } from './guards.ts'
import { readHost, readHostPort, readPort } from './hosts.ts'

/** How much the place of a token says about its being an address. */
export interface Hint {
  /** A bare word is a host: the key says so and the word is its whole value. */
  readonly bareWord: () => boolean
  /** `name:5432` is a host with its port: the key speaks of peers, or it is the whole value of a key. */
  readonly hostPort: () => boolean
}

/**
 * Reads one token outside of a URL as an address.
 *
 * IP addresses and names of the cluster (`x.ns.svc`) are taken wherever they stand; `name:port`, dotted names and
 * bare words only as far as the hint goes. Paths, image names, CIDRs, files with a line, email addresses, class
 * names, times and versions are none.
 */
export function readCandidate(token: string, hint: Hint): Found | undefined {
  const text = trimmed(token)
  if (text === '' || text.length > 300) return undefined
  // Most tokens are plain words; none of them is an address unless its key says so.
  if (/^[\w-]*$/.test(text) && !(isWordLike(text) && hint.bareWord())) return undefined
  const transport = transportPrefix.exec(text)?.[0].length ?? 0
  if (transport > 0) {
    const found = readCandidate(text.slice(transport), hint)
    if (found === undefined) return undefined
    return { ...shifted(found, transport), protocol: /^udp/i.test(text) ? 'UDP' : found.protocol }
  }
  const at = text.lastIndexOf('@')
  if (at !== -1) return behindUser(text, at)
  const slash = text.indexOf('/')
  if (slash !== -1) return beforePath(text, slash, hint)
  return hostOrPort(text, hint)
}

/** `tcp:db:1433`, and the targets of gRPC name resolvers without slashes: `dns:auth:50051`, `ipv4:10.0.0.1:80`. */
const transportPrefix = /^(?:(?:tcp|udp|ssl|dns|passthrough):(?=[^0-9:])|ipv[46]:(?=[0-9a-f[]))/i

/** Punctuation of prose behind a word, and of Markdown. */
function trimmed(token: string): string {
  let end = token.length
  while (end > 0 && '.:!?*'.includes(token[end - 1] ?? '')) end--
  return token.slice(0, end)
}

/** `user:password@host:port`; an email address has no colon before `@`, `oracle:thin:@host:1521:sid` ends in a sid. */
function behindUser(text: string, at: number): Found | undefined {
  if (!text.slice(0, at).includes(':')) return undefined
  // `jdbc:oracle:thin:@//db:1521/service`
  const start = text.startsWith('//', at + 1) ? at + 3 : at + 1
  const rest = text.slice(start)
  const parts = rest.split(':')
  const address = parts.length === 3 ? rest.slice(0, rest.lastIndexOf(':')) : rest
  const slash = address.indexOf('/')
  const found = readHostPort(slash === -1 ? address : address.slice(0, slash), start)
  return found?.port === undefined ? undefined : found
}

/** `host:80/path` and `10.0.0.1/path` are dials; `10.0.0.0/8`, `repo/image:1.2` and `dir/file` are none. */
function beforePath(text: string, slash: number, hint: Hint): Found | undefined {
  const devices = /^\/dev\/(tcp|udp)\/([^/]+)\/([0-9]+)$/.exec(text)
  if (devices !== null) return device(devices[1] ?? '', devices[2] ?? '', devices[3] ?? '')
  const head = text.slice(0, slash)
  const path = text.slice(slash + 1)
  if (head === '' || isImage(path)) return undefined
  const found = readHostPort(head, 0)
  if (found === undefined) return undefined
  const isRange = /^[0-9]{1,3}$/.test(path) || parseAddress(path) !== undefined
  if (found.address !== undefined) return isRange ? undefined : found
  return found.port === undefined ? undefined : hostOrPort(head, hint)
}

/** bash opens a connection for `/dev/tcp/HOST/PORT`. */
function device(protocol: string, name: string, digits: string): Found | undefined {
  const host = readHost(name)
  const port = readPort(digits)
  if (host === undefined || port === undefined) return undefined
  const start = '/dev/tcp/'.length
  const end = start + name.length
  const found = shifted(
    { host: host.host, address: host.address, protocol: 'TCP', hostSpan: [0, name.length] },
    start,
  )
  return {
    ...found,
    port,
    portSpan: [end + 1, end + 1 + digits.length],
    protocol: protocol === 'udp' ? 'UDP' : 'TCP',
  }
}

function isImage(path: string): boolean {
  return path.includes('@') || path.slice(path.lastIndexOf('/') + 1).includes(':')
}

function hostOrPort(text: string, hint: Hint): Found | undefined {
  const found = readHostPort(text, 0)
  if (found === undefined || found.address !== undefined) return found
  const { host, port } = found
  const written = text.slice(0, found.hostSpan[1])
  const isDotted = host.includes('.')
  if (isClusterName(host)) return found
  // Hosts are written in lower case; Java classes, file names and headers are not.
  if (written !== host && `${host}.` !== written) return undefined
  if (isDotted && isFileName(host)) return undefined
  if (port === undefined) return isWordLike(host) && hint.bareWord() ? found : undefined
  if (!isPlausiblePort(port) || /^[0-9-]+$/.test(host)) return undefined
  if (!isDotted && (isSetting(host) || !/[a-z]/.test(host))) return undefined
  return hint.hostPort() ? found : undefined
}

/** `x.ns.svc` and longer: nothing else is written like this. */
function isClusterName(host: string): boolean {
  const labels = host.split('.')
  return labels[2] === 'svc' || labels[3] === 'svc'
}

function isWordLike(host: string): boolean {
  return host.length > 1 && /^[a-z]/.test(host) && !isSetting(host)
}
