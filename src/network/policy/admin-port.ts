import type {
  AdminNetworkPolicyPort,
  AdminNetworkPolicyRule,
} from '../../snapshot/kinds/admin-network-policy.ts'
import type {
  ClusterNetworkPolicyProtocol,
  ClusterNetworkPolicyRule,
  DestinationPort,
} from '../../snapshot/kinds/cluster-network-policy.ts'
import type { Unread } from '../../snapshot/kinds/policy-selector.ts'
import type { PortEntry, Protocol } from './model.ts'
import { isPort, isPortName, type ProblemList, readProtocol } from './problems.ts'

/** The port list of a rule: `ports` in v1alpha1, `protocols` in v1alpha2. Empty and absent match every port. */
export function readAdminPorts(
  rule: AdminNetworkPolicyRule | ClusterNetworkPolicyRule,
  path: string,
  problems: ProblemList,
): 'all' | readonly PortEntry[] {
  const entries = [
    ...('ports' in rule
      ? (rule.ports ?? []).map((item, i) => alpha1(item, `${path}.ports[${i}]`, problems))
      : []),
    ...('protocols' in rule
      ? (rule.protocols ?? []).map((item, i) => alpha2(item, `${path}.protocols[${i}]`, problems))
      : []),
  ]
  return entries.length === 0 ? 'all' : entries
}

function alpha1(entry: AdminNetworkPolicyPort, path: string, problems: ProblemList): PortEntry {
  const { portNumber, portRange, namedPort } = entry
  const isSingle = [portNumber, portRange, namedPort].filter((field) => field !== undefined).length === 1
  const unread = unreadIn([entry, portNumber, portRange], path, problems)
  if (unread !== undefined) return unread
  if (!isSingle) return invalid(path, '', 'must have exactly one field', problems)
  if (namedPort !== undefined) return named(namedPort, `${path}.namedPort`, path, problems)
  const numbers = portNumber ?? portRange
  const protocol = readProtocol(numbers?.protocol)
  if (protocol === undefined) return invalid(path, numbers?.protocol, 'must be TCP, UDP or SCTP', problems)
  return portNumber === undefined
    ? between(portRange?.start, portRange?.end, protocol, path, problems)
    : between(portNumber.port, portNumber.port, protocol, path, problems)
}

function alpha2(entry: ClusterNetworkPolicyProtocol, path: string, problems: ProblemList): PortEntry {
  const { tcp, udp, sctp, destinationNamedPort } = entry
  const set = [tcp, udp, sctp, destinationNamedPort].filter((field) => field !== undefined)
  const ports = (tcp ?? udp ?? sctp)?.destinationPort
  const unread = unreadIn([entry, tcp, udp, sctp, ports, ports?.range], path, problems)
  if (unread !== undefined) return unread
  if (set.length !== 1) return invalid(path, '', 'must have exactly one field', problems)
  if (destinationNamedPort !== undefined)
    return named(destinationNamedPort, `${path}.destinationNamedPort`, path, problems)
  const protocol = tcp !== undefined ? 'TCP' : udp !== undefined ? 'UDP' : 'SCTP'
  return ports === undefined
    ? wholeProtocol(protocol, path, problems)
    : destination(ports, protocol, path, problems)
}

/** T46: the CRD refuses an empty protocol; it can only mean all its ports. */
function wholeProtocol(protocol: Protocol, path: string, problems: ProblemList): PortEntry {
  problems.note('port-invalid', path, '', `has no destinationPort; it is read as every ${protocol} port`)
  return { is: 'numbers', path, protocol, from: 1, to: 65535, isEndPort: false }
}

function destination(
  { number, range }: DestinationPort,
  protocol: Protocol,
  path: string,
  problems: ProblemList,
): PortEntry {
  if ((number === undefined) === (range === undefined))
    return invalid(
      `${path}.${protocol.toLowerCase()}.destinationPort`,
      '',
      'must have number or range',
      problems,
    )
  if (range?.start !== undefined && range.start === range.end)
    problems.note(
      'port-invalid',
      path,
      range.start,
      'is a range of one port, which must be written as number',
    )
  return between(number ?? range?.start, number ?? range?.end, protocol, path, problems)
}

function between(
  from: number | undefined,
  to: number | undefined,
  protocol: Protocol,
  path: string,
  problems: ProblemList,
): PortEntry {
  if (!isPort(from) || !isPort(to) || from > to)
    return invalid(
      path,
      `${from ?? ''}-${to ?? ''}`,
      'must be ports between 1 and 65535, start before end',
      problems,
    )
  return { is: 'numbers', path, protocol, from, to, isEndPort: false }
}

/** T46: a named port matches with the protocol that the pod declares. */
function named(name: string, field: string, path: string, problems: ProblemList): PortEntry {
  if (isPortName(name)) return { is: 'name', path, name }
  return invalid(field, name, 'is not a port name', problems)
}

function invalid(path: string, value: unknown, message: string, problems: ProblemList): PortEntry {
  problems.invalid('port-invalid', path, value, message)
  return { is: 'doubt', path, doubt: problems.doubt('input-invalid', path) }
}

function unreadIn(
  parts: readonly (Unread | undefined)[],
  path: string,
  problems: ProblemList,
): PortEntry | undefined {
  for (const part of parts) {
    const doubt = part === undefined ? undefined : problems.unread(part, path)
    if (doubt !== undefined) return { is: 'doubt', path, doubt }
  }
  return undefined
}
