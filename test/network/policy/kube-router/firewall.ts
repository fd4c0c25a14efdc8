import {
  bitsOf,
  get,
  isSet,
  items,
  type Json,
  labelsOf,
  nameOf,
  namespaceOf,
  selects,
  text,
} from '../naive/objects.ts'

/**
 * What kube-router makes of policies: sets of addresses, a chain of packet filter rules for each policy, and one for
 * each pod. Written after the order of its own steps, so that it shares nothing with how the program thinks of it.
 * It knows only IPv4 or IPv6 at a time.
 */

interface Packet {
  readonly source: string
  readonly destination: string
  readonly protocol: string
  readonly port: number
}

/** Entries of `hash:ip` and `hash:net`: the longest prefix decides, the last of equal ones. */
type AddressSet = readonly { readonly cidr: string; readonly noMatch?: boolean }[]

interface Line {
  readonly source?: AddressSet
  readonly destination?: AddressSet
  readonly protocol?: string
  readonly from?: number
  readonly to?: number
}

interface Chain {
  readonly targets: readonly Json[]
  readonly types: readonly string[]
  readonly lines: readonly Line[]
}

interface NumericPort {
  readonly protocol: string
  readonly from?: number | undefined
  readonly to?: number | undefined
}

interface NamedPort extends NumericPort {
  readonly addresses: AddressSet
}

export class Firewall {
  readonly #objects: readonly Json[]
  readonly #family: 4 | 6
  readonly #chains: readonly Chain[]

  constructor(objects: readonly Json[], family: 4 | 6) {
    this.#objects = objects
    this.#family = family
    this.#chains = this.#ofKind('NetworkPolicy').map((policy) => this.#chain(policy))
  }

  /** Whether the chain of a pod lets a packet through that comes from the pod or goes there. */
  passes(pod: Json, packet: Packet): boolean {
    const own = this.#chains.filter(({ targets }) => targets.includes(pod))
    const address = this.#addressOf(pod)
    const isFrom = packet.source === address
    const isTo = packet.destination === address
    const has = (type: string): boolean => own.some(({ types }) => types.includes(type))
    if (isFrom && !has('Egress')) return true
    if (isTo && !has('Ingress')) return true
    return own
      .filter(({ types }) => types.length === 2 || (types[0] === 'Ingress' ? isTo : isFrom))
      .some(({ lines }) => lines.some((line) => matches(line, packet)))
  }

  #ofKind(kind: string): readonly Json[] {
    return this.#objects.filter((object) => object['kind'] === kind)
  }

  #addressOf(pod: Json): string | undefined {
    return items(get(pod, 'status', 'podIPs'))
      .map(({ ip }) => text(ip))
      .find((ip) => ip.includes(':') === (this.#family === 6))
  }

  #setOf(pods: readonly Json[]): AddressSet {
    return pods.flatMap((pod) => {
      const address = this.#addressOf(pod)
      return address === undefined ? [] : [{ cidr: whole(address) }]
    })
  }

  /** Pods that it takes notice of. */
  #pods(namespace: string, selector: unknown): readonly Json[] {
    return this.#ofKind('Pod').filter(
      (pod) =>
        namespaceOf(pod) === namespace &&
        selects(selector, labelsOf(pod)) &&
        !['Succeeded', 'Failed'].includes(text(get(pod, 'status', 'phase'))) &&
        items(get(pod, 'status', 'podIPs')).length > 0 &&
        get(pod, 'spec', 'hostNetwork') !== true,
    )
  }

  #chain(policy: Json): Chain {
    const namespace = namespaceOf(policy)
    const targets = this.#pods(namespace, get(policy, 'spec', 'podSelector'))
    const egress = items(get(policy, 'spec', 'egress'))
    const written = get(policy, 'spec', 'policyTypes')
    const types =
      Array.isArray(written) && written.length > 0
        ? (written as readonly string[])
        : egress.length > 0
          ? ['Ingress', 'Egress']
          : ['Ingress']
    const lines: Line[] = []
    if (types.includes('Ingress'))
      for (const rule of items(get(policy, 'spec', 'ingress')))
        lines.push(...this.#ingress(rule, namespace, targets))
    if (types.includes('Egress'))
      for (const rule of egress) lines.push(...this.#egress(rule, namespace, targets))
    return { targets, types, lines }
  }

  #ingress(rule: Json, namespace: string, targets: readonly Json[]): readonly Line[] {
    const peers = items(rule['from'])
    const pods = peers.flatMap((peer) => this.#podsOf(peer, namespace))
    const blocks = peers.flatMap((peer) => this.#blocksOf(peer))
    const { numeric, named } = this.#ports(items(rule['ports']), targets)
    const isAllPorts = items(rule['ports']).length === 0
    const destination = this.#setOf(targets)
    const lines: Line[] = []
    const write = (source: AddressSet | undefined): void => {
      for (const port of numeric) lines.push(line(source, destination, port))
      for (const port of named) lines.push(line(source, port.addresses, port))
    }
    if (pods.length > 0) {
      write(this.#setOf(pods))
      if (numeric.length === 0 && named.length === 0) lines.push({ source: this.#setOf(pods), destination })
    }
    if (peers.length === 0) {
      if (isAllPorts) lines.push({ destination })
      else write(undefined)
    }
    if (blocks.length > 0) {
      if (isAllPorts) lines.push({ source: blocks, destination })
      else write(blocks)
    }
    return lines
  }

  #egress(rule: Json, namespace: string, targets: readonly Json[]): readonly Line[] {
    const peers = items(rule['to'])
    const pods = peers.flatMap((peer) => this.#podsOf(peer, namespace))
    const blocks = peers.flatMap((peer) => this.#blocksOf(peer))
    const naming = peers.length === 0 ? this.#pods(namespace, {}) : pods
    const { numeric, named } = this.#ports(items(rule['ports']), naming)
    const isAllPorts = items(rule['ports']).length === 0
    const source = this.#setOf(targets)
    const lines: Line[] = []
    if (pods.length > 0) {
      for (const port of numeric) lines.push(line(source, this.#setOf(pods), port))
      for (const port of named) lines.push(line(source, port.addresses, port))
      if (numeric.length === 0 && named.length === 0) lines.push({ source, destination: this.#setOf(pods) })
    }
    if (peers.length === 0) {
      if (isAllPorts) lines.push({ source })
      else for (const port of [...numeric, ...named]) lines.push(line(source, undefined, port))
    }
    if (blocks.length > 0) {
      if (isAllPorts) lines.push({ source, destination: blocks })
      else for (const port of numeric) lines.push(line(source, blocks, port))
    }
    return lines
  }

  #podsOf(peer: Json, namespace: string): readonly Json[] {
    if (isSet(peer['namespaceSelector'])) {
      return this.#ofKind('Namespace')
        .filter((object) =>
          selects(peer['namespaceSelector'], {
            ...labelsOf(object),
            'kubernetes.io/metadata.name': nameOf(object),
          }),
        )
        .flatMap((object) => this.#pods(nameOf(object), peer['podSelector']))
    }
    return isSet(peer['podSelector']) ? this.#pods(namespace, peer['podSelector']) : []
  }

  #blocksOf(peer: Json): AddressSet {
    const block = peer['ipBlock']
    if (!isSet(block)) return []
    const cidr = text(get(block, 'cidr'))
    if (cidr.includes(':') !== (this.#family === 6)) return []
    const holes = items(get(block, 'except')).map((hole) => text(hole))
    return [
      ...halves(cidr).map((half) => ({ cidr: half })),
      ...holes.flatMap(halves).map((half) => ({ cidr: half, noMatch: true })),
    ]
  }

  #ports(
    ports: readonly Json[],
    pods: readonly Json[],
  ): { readonly numeric: readonly NumericPort[]; readonly named: readonly NamedPort[] } {
    const numeric: NumericPort[] = []
    const named: NamedPort[] = []
    for (const entry of ports) {
      const protocol = isSet(entry['protocol']) ? text(entry['protocol']) : 'TCP'
      const { port, endPort } = entry
      if (!isSet(port)) numeric.push({ protocol })
      else if (typeof port === 'number')
        numeric.push({ protocol, from: port, to: typeof endPort === 'number' ? endPort : port })
      else named.push(...this.#named(text(port), protocol, pods))
    }
    return { numeric, named }
  }

  #named(name: string, protocol: string, pods: readonly Json[]): readonly NamedPort[] {
    const byNumber = new Map<number, Json[]>()
    for (const pod of pods)
      for (const container of items(get(pod, 'spec', 'containers')))
        for (const port of items(container['ports'])) {
          const own = isSet(port['protocol']) ? text(port['protocol']) : 'TCP'
          if (port['name'] !== name || own !== protocol) continue
          const number = Number(port['containerPort'])
          byNumber.set(number, [...(byNumber.get(number) ?? []), pod])
        }
    return [...byNumber].map(([number, found]) => ({
      protocol,
      from: number,
      to: number,
      addresses: this.#setOf(found),
    }))
  }
}

const whole = (address: string): string => `${address}/${bitsOf(address).length}`

/** A set of networks holds none with a prefix of 0. */
function halves(cidr: string): readonly string[] {
  if (!cidr.endsWith('/0')) return [cidr]
  return cidr.includes(':') ? ['2000::/3', 'fd00::/8'] : ['0.0.0.0/1', '128.0.0.0/1']
}

function line(
  source: AddressSet | undefined,
  destination: AddressSet | undefined,
  { protocol, from, to }: NumericPort,
): Line {
  return {
    ...(source && { source }),
    ...(destination && { destination }),
    protocol,
    ...(from !== undefined && { from, to: to ?? from }),
  }
}

function matches({ source, destination, protocol, from, to }: Line, packet: Packet): boolean {
  return (
    (source === undefined || isIn(packet.source, source)) &&
    (destination === undefined || isIn(packet.destination, destination)) &&
    (protocol === undefined || protocol === packet.protocol) &&
    (from === undefined || (packet.port >= from && packet.port <= (to ?? from)))
  )
}

function isIn(address: string, set: AddressSet): boolean {
  const bits = bitsOf(address)
  let longest = -1
  let isMatch = false
  for (const { cidr, noMatch } of set) {
    const [network = '', length = ''] = cidr.split('/')
    const prefix = Number(length)
    const own = bitsOf(network)
    if (own.length !== bits.length || own.slice(0, prefix) !== bits.slice(0, prefix)) continue
    if (prefix < longest) continue
    longest = prefix
    isMatch = noMatch !== true
  }
  return isMatch
}
