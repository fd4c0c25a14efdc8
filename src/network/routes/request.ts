import type { TextMap } from '../../snapshot/kinds/json.ts'
import { textMap } from '../../snapshot/kinds/json.ts'

/** One request of a client outside of the cluster, as it reaches a proxy. */
export interface RouteRequest {
  readonly scheme: 'http' | 'https' | 'tcp' | 'udp'
  /** The host that is asked for, without port, in lower case: of the URL, or of a header `Host` that replaces it. */
  readonly host: string
  /** The port that the client connects to: 80 and 443 where the URL names none. */
  readonly port: number
  /** Starts with `/`; percent-encoding as written, without the query. */
  readonly path: string
  /** With its `?`; empty when there is none. */
  readonly query: string
  /** In capitals. */
  readonly method: string
  /** By name in lower case, without `host`. */
  readonly headers: TextMap
  /** What the client asks for in its TLS hello (SNI); absent without TLS, and for an address, which is no server name. */
  readonly serverName?: string | undefined
}

export interface RequestOptions {
  readonly method?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly serverName?: string | undefined
}

const defaultPorts = { http: 80, https: 443 } as const

/**
 * Reads a URL as the request that a client would send.
 *
 * @param text such as `https://shop.example.com/cart?x=1`; without a scheme `http` is meant
 * @returns `undefined` for what is no http or https URL
 */
export function parseRequest(text: string, options: RequestOptions = {}): RouteRequest | undefined {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(written)) return undefined
  const url = new URL(written)
  const scheme = url.protocol === 'https:' ? 'https' : url.protocol === 'http:' ? 'http' : undefined
  if (scheme === undefined || url.hostname === '') return undefined
  const headers = new Map(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const host = withoutPort(headers.get('host') ?? url.hostname)
  headers.delete('host')
  const serverName = options.serverName ?? (isAddress(url.hostname) ? undefined : url.hostname)
  return {
    scheme,
    host,
    port: url.port === '' ? defaultPorts[scheme] : Number(url.port),
    path: url.pathname,
    query: url.search,
    method: (options.method ?? 'GET').toUpperCase(),
    headers: textMap(Object.fromEntries(headers)),
    ...(scheme === 'https' && serverName !== undefined && { serverName: serverName.toLowerCase() }),
  }
}

/** The request as a person writes it: `GET http://shop.example.com/cart`. */
export function requestTitle({ method, scheme, host, port, path, query }: RouteRequest): string {
  const isUsual = (scheme === 'http' && port === 80) || (scheme === 'https' && port === 443)
  return `${method} ${scheme}://${host}${isUsual ? '' : `:${port}`}${path}${query}`
}

const withoutPort = (host: string): string => host.replace(/:\d+$/, '').toLowerCase()

const isAddress = (host: string): boolean => host.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(host)
