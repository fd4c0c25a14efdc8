import { parseAddress } from '../inventory/address.ts'
import type { Found, Span } from './found.ts'
import { canBePeer } from './guards.ts'

/** A host as it stands in a text. */
export interface HostText {
  readonly host: string
  readonly address?: 4 | 6 | undefined
  /** Length in the text, with brackets. */
  readonly length: number
}

const longestName = 253

/** Whether a host is the pod itself. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\.[0-9.]+$/.test(host)
}

/**
 * Reads a whole text as a host: `db`, `db.prod.svc`, `10.0.0.1`, `[fd00::1]`, with or without final dot.
 *
 * @returns `undefined` when it is none, or an address that is nobody's peer
 */
export function readHost(text: string): HostText | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  const address = parseAddress(bare)
  if (address !== undefined) {
    if (!canBePeer(address)) return undefined
    return { host: bare.toLowerCase(), address: address.bits === 32 ? 4 : 6, length: text.length }
  }
  if (bare !== text) return undefined
  const name = isAscii(text) ? text : asciiName(text)
  if (name === undefined || !isHostName(name)) return undefined
  const lower = name.toLowerCase()
  return { host: lower.endsWith('.') ? lower.slice(0, -1) : lower, length: text.length }
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false
  return true
}

/** An internationalised name as resolvers ask for it: `münchen.example` is `xn--mnchen-3ya.example`. */
function asciiName(text: string): string | undefined {
  if (text.length > longestName || !/^[\p{L}\p{M}\p{N}._-]+$/u.test(text)) return undefined
  const url = URL.parse(`http://${text}/`)
  // What the URL standard takes for an IPv4 address (full-width digits, say) is none that we vouch for.
  return url === null || parseAddress(url.hostname) !== undefined ? undefined : url.hostname
}

function isHostName(text: string): boolean {
  if (text.length > longestName) return false
  const labels = text.split('.')
  if (labels.length > 1 && labels.at(-1) === '') labels.pop()
  return labels.every(isLabel) && !isNumber(labels.at(-1) ?? '')
}

/** Underscores are no part of a host name, but containers of other platforms have them. */
function isLabel(label: string): boolean {
  return label.length <= 63 && /^[a-zA-Z0-9_](?:[a-zA-Z0-9_-]*[a-zA-Z0-9_])?$/.test(label)
}

function isNumber(text: string): boolean {
  return /^[0-9]+$/.test(text)
}

/** Reads a port: 1 to 65535, without sign or leading zero. */
export function readPort(text: string): number | undefined {
  if (!/^[1-9][0-9]{0,4}$/.test(text)) return undefined
  const port = Number(text)
  return port <= 65535 ? port : undefined
}

/**
 * Reads `host`, `host:port`, `[v6]:port` or a bare IPv6 address that starts at `start` of a longer text.
 *
 * @returns `undefined` when the host is none, when the port is no port, and for `:8080`, which is a listen address
 */
export function readHostPort(text: string, start: number): Found | undefined {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1
  const whole = bracket === -1 ? readHost(text) : undefined
  if (whole !== undefined) return found(whole, start)
  const colon = bracket === -1 ? text.lastIndexOf(':') : bracket + 1
  const host = readHost(colon === -1 ? text : text.slice(0, colon))
  if (host === undefined) return undefined
  if (colon === text.length || colon === -1) return found(host, start)
  const port = text[colon] === ':' ? readPort(text.slice(colon + 1)) : undefined
  if (port === undefined) return undefined
  return { ...found(host, start), port, portSpan: [start + colon + 1, start + text.length] }
}

function found({ host, address, length }: HostText, start: number): Found {
  const hostSpan: Span = [start, start + length]
  return { host, address, protocol: 'TCP', hostSpan }
}
