import { type AskedPort, protocolNamed } from '../diagnosis/flow/target-port.ts'
import { parseAddress } from '../network/inventory/address.ts'
import { type PlaceArgument, parsePlace } from './places.ts'
import { UsageError } from './usage-error.ts'

/** An end of a flow as it was typed, with the port that was asked about. */
export interface FlowPlace {
  readonly place:
    | { readonly kind: 'world' }
    | { readonly kind: 'address'; readonly address: string }
    | { readonly kind: 'object'; readonly argument: PlaceArgument }
  readonly asked: AskedPort
  readonly text: string
}

/**
 * Parses `[NAMESPACE/]TYPE/NAME[:PORT[/PROTOCOL]]`, an IP address with the same tail (IPv6 in brackets then), or `world`.
 *
 * @param flag the flag that it was given with; none for a place in a file
 * @throws UsageError that says what is wrong with it
 */
export function parseFlowPlace(text: string, flag?: string): FlowPlace {
  const lead = flag === undefined ? '' : `--${flag} `
  const refused = (why: string): UsageError => new UsageError('USAGE', `${lead}${why}`)
  if (text === '') throw refused('lacks its value')
  if (/^https?:\/\//.test(text)) throw refused(`${text}: a URL is no place here; give svc/NAME:PORT`)
  const address = parseAddress(text)
  if (address !== undefined) return { place: { kind: 'address', address: text }, asked: {}, text }
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  const [, first = '', tail] = bracketed ?? /^([^:]*)(?::(.*))?$/.exec(text) ?? []
  if (bracketed === null && first === '' && tail === undefined)
    throw refused(`${text}: an IPv6 address with a port is written [ADDRESS]:PORT`)
  const asked = tail === undefined ? {} : parsePort(tail, text, refused)
  if (first === 'world') return { place: { kind: 'world' }, asked, text }
  if (parseAddress(first) !== undefined) return { place: { kind: 'address', address: first }, asked, text }
  if (bracketed !== null || looksLikeAddress(first)) throw refused(noAddress(first))
  return { place: { kind: 'object', argument: parsePlace(first) }, asked, text }
}

const looksLikeAddress = (text: string): boolean => /^[\d./]+$/.test(text)

const noAddress = (text: string): string =>
  /^[\d.]+\/\d+$/.test(text)
    ? `${text} is a range: give one address of it, or world`
    : `${text} is not an IP address`

function parsePort(tail: string, text: string, refused: (why: string) => UsageError): AskedPort {
  const [written = '', protocolText, ...rest] = tail.split('/')
  const protocol = protocolText === undefined ? undefined : protocolNamed(protocolText)
  if (rest.length > 0 || (protocolText !== undefined && protocol === undefined))
    throw refused(`${text}: "${[protocolText, ...rest].join('/')}" is not a protocol: use TCP, UDP or SCTP`)
  if (/^-?\d+$/.test(written)) {
    const port = Number(written)
    if (port < 1 || port > 65535) throw refused(`${text}: port ${written} is not between 1 and 65535`)
    return { port, protocol }
  }
  if (!/^[a-z0-9-]{1,63}$/i.test(written))
    throw refused(`${text}: "${written}" is no port: give a number or a name`)
  return { port: written, protocol }
}
