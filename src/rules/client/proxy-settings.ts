import { inRange, parseAddress, parseRange } from '../../network/inventory/address.ts'
import type { Environment } from '../../network/references/environment.ts'
import { isLoopbackHost } from '../../network/references/hosts.ts'
import { findUrls } from '../../network/references/urls.ts'
import type { WrittenText } from '../../network/references/written-text.ts'

/** The proxy that HTTP clients of a container use for a scheme, as far as the environment shows it. */
export interface ProxySetting {
  /** The variable as it is written: `http_proxy` or `HTTP_PROXY`. */
  readonly variable: string
  readonly host: string
}

/** Clients look at both cases; curl does not take `HTTP_PROXY` in capitals, Go and Python do. */
export function proxyFor(scheme: 'http' | 'https', { variables }: Environment): ProxySetting | undefined {
  for (const variable of [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`]) {
    const text = shown(variables.get(variable))
    if (text === undefined || text === '') continue
    const host = findUrls(text.includes('://') ? text : `http://${text}`)[0]?.hosts[0]?.host
    // A proxy in the own pod is a sidecar that knows the cluster.
    return host === undefined || isLoopbackHost(host) ? undefined : { variable, host }
  }
  return undefined
}

/** Entries of NO_PROXY and no_proxy; `undefined` where their value is not shown. */
export function exceptions({ variables }: Environment): readonly string[] | undefined {
  const all: string[] = []
  for (const variable of ['no_proxy', 'NO_PROXY']) {
    const value = variables.get(variable)
    if (value === undefined) continue
    const text = shown(value)
    if (text === undefined) return undefined
    all.push(...text.split(/[\s,;|]+/).filter((entry) => entry !== ''))
  }
  return all
}

function shown(value: WrittenText | string | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? undefined : value.text
}

/**
 * Whether any common client (curl, Go, Python, Java with its own spelling) would go past the proxy for a host: `*`, the
 * host itself, a domain with or without a dot before it, with its port, an address or its range.
 */
export function isExcepted(host: string, port: number | undefined, entries: readonly string[]): boolean {
  return entries.some((entry) => {
    if (entry === '*') return true
    const [name = '', own] = splitPort(entry.toLowerCase())
    if (own !== undefined && own !== String(port)) return false
    const range = parseRange(name)
    const address = parseAddress(host)
    if (address !== undefined) return name === host || (range !== undefined && inRange(address, range))
    const domain = name.replace(/^\*?\./, '')
    return domain !== '' && (host === domain || host.endsWith(`.${domain}`))
  })
}

function splitPort(entry: string): readonly [string, string | undefined] {
  const match = /^(.{1,253}):([0-9]{1,5})$/.exec(entry)
  return match === null || entry.split(':').length > 2 ? [entry, undefined] : [match[1] ?? '', match[2]]
}
