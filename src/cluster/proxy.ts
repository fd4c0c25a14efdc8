import { BlockList, isIP } from 'node:net'
import { KnownError } from '../snapshot/known-error.ts'
import type { Environment } from './kubeconfig.ts'

/** The way to the API server leads through this. */
export interface ProxyServer {
  /** May hold a user name and password: never print it, print `proxyName`. */
  readonly url: URL
  /** Where it was set, for people: `HTTPS_PROXY`, `proxy-url of the kubeconfig`. */
  readonly setting: string
}

/** `http://proxy.example:3128`: without user and password. */
export function proxyName({ url }: ProxyServer): string {
  return `${url.protocol}//${url.host}`
}

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])

/**
 * The proxy that kubectl would use: `proxy-url` of the cluster, else the environment, read as Go reads it
 * (golang.org/x/net/http/httpproxy): upper case first; HTTP_PROXY is no stand-in for HTTPS_PROXY.
 *
 * @param proxyUrl the `proxy-url` of the kubeconfig
 * @throws KnownError when the setting is no address of a proxy; the value is not repeated, it may hold a password
 */
export function proxyFor(
  server: string,
  proxyUrl: string | undefined,
  env: Environment,
): ProxyServer | undefined {
  if (proxyUrl !== undefined) {
    const setting = 'proxy-url of the kubeconfig'
    return { url: parseProxy(proxyUrl, setting), setting }
  }
  const target = new URL(server)
  const names = target.protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy']
  const setting = names.find((name) => (env[name] ?? '') !== '')
  if (setting === undefined) return undefined
  const excluded = env['NO_PROXY'] || env['no_proxy'] || ''
  if (!usesProxy(target, excluded)) return undefined
  return { url: parseProxy(env[setting] ?? '', setting), setting }
}

function parseProxy(value: string, setting: string): URL {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`)
  if (url === null || url.hostname === '' || !schemes.has(url.protocol)) {
    throw new KnownError('BAD_PROXY', `${setting} is not an http, https or socks5 address: check it`)
  }
  return url
}

/** Whether a server is reached by the proxy of the environment: not on loopback, and not when NO_PROXY names it. */
function usesProxy(target: URL, excluded: string): boolean {
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port
  if (host === 'localhost' || isLoopback(host)) return false
  const entries = excluded.split(',').map((entry) => entry.trim().toLowerCase())
  return !entries.some((entry) => entry === '*' || matches(entry, host, port))
}

function isLoopback(host: string): boolean {
  return (isIP(host) === 4 && host.startsWith('127.')) || host === '::1'
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '') return false
  if (entry.includes('/')) return isInRange(entry, host)
  const [name, entryPort] = splitPort(entry)
  if (name === '' || (entryPort !== undefined && entryPort !== port)) return false
  if (isIP(name) !== 0) return isSameAddress(name, host)
  const suffix = name.replace(/^\*\./, '.')
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`)
}

/** `name`, `name:port`, `[v6]:port`, or a bare IPv6 address, whose colons are no port. */
function splitPort(entry: string): readonly [name: string, port: string | undefined] {
  if (isIP(entry) === 6) return [entry, undefined]
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? []
  return [bracketed ?? plain ?? '', port]
}

function isInRange(range: string, host: string): boolean {
  const [base = '', length = ''] = range.split('/')
  const family = isIP(base)
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(length)) return false
  if (Number(length) > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  list.addSubnet(base, Number(length), family === 4 ? 'ipv4' : 'ipv6')
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6')
}

function isSameAddress(a: string, b: string): boolean {
  const family = isIP(a)
  return isIP(b) === family && isInRange(`${a}/${family === 4 ? 32 : 128}`, b)
}
