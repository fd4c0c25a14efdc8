/** A zone, a host or a name in lower case with its final dot; `.` is the root. */
export type ZoneName = string

/** An address of a server block: `dns://example.org:1053`, `.:53`, `10.0.0.0/24`. */
export interface Address {
  readonly zone: ZoneName
  readonly port: number
  /** `tls`, `https` and `grpc` are not what a pod's resolver speaks. */
  readonly transport: 'dns' | 'tls' | 'https' | 'grpc'
}

const defaultPorts = { dns: 53, tls: 853, https: 443, grpc: 443 } as const

/** The name in lower case, with its final dot. */
export function absoluteName(name: string): ZoneName {
  const lower = name.toLowerCase()
  return lower.endsWith('.') ? lower : `${lower}.`
}

/**
 * Reads an address of a server block. Source: coredns, core/dnsserver/address.go; a network in CIDR notation is the
 * reverse zone of it, and its name is not computed here: no pod's resolver asks for it.
 */
export function addressOf(key: string): Address {
  const [, scheme = 'dns', rest = ''] = /^(?:([a-z+]+):\/\/)?(.*)$/s.exec(key) ?? []
  const transport = scheme === 'tls' || scheme === 'grpc' || scheme === 'https' ? scheme : 'dns'
  const portAt = rest.lastIndexOf(':')
  const digits = portAt === -1 || rest.indexOf(':') !== portAt ? '' : rest.slice(portAt + 1)
  const hasPort = /^[0-9]{1,5}$/.test(digits)
  const zone = hasPort ? rest.slice(0, portAt) : rest
  return {
    zone: zone.includes('/') ? `${zone}.in-addr.arpa.` : absoluteName(zone),
    port: hasPort ? Number(digits) : defaultPorts[transport],
    transport,
  }
}

/** Whether a name lies in a zone, or is it. Both absolute. */
export function isIn(name: ZoneName, zone: ZoneName): boolean {
  return zone === '.' || name === zone || name.endsWith(`.${zone}`)
}

/** The longest of the zones that a name lies in. */
export function zoneFor(name: ZoneName, zones: readonly ZoneName[]): ZoneName | undefined {
  let best: ZoneName | undefined
  for (const zone of zones)
    if (isIn(name, zone) && (best === undefined || zone.length > best.length)) best = zone
  return best
}

/** Whether a zone is for names of addresses, `in-addr.arpa` and `ip6.arpa`. */
export function isReverseZone(zone: ZoneName): boolean {
  return isIn(zone, 'in-addr.arpa.') || isIn(zone, 'ip6.arpa.')
}
