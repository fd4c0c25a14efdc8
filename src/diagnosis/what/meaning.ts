import { type Connection, clientReference } from '../../network/traffic/connection.ts'
import { listed, say, type Text, word } from '../../rules/text.ts'
import type { Path, Reason } from '../../trace/path.ts'
import { because } from './because.ts'
import type { Owner } from './owners.ts'
import type { Seen } from './symptom-words.ts'

/** What a message says happened, as people say it. */
export const seenWords: Readonly<Record<Seen, string>> = {
  refused: 'connection refused',
  timeout: 'a timeout',
  unreachable: 'no route to the host',
  reset: 'a connection that was reset',
  nxdomain: 'no such name',
  servfail: 'a lookup that got no answer',
  'lookup-timeout': 'a lookup that timed out',
  'lookup-refused': 'a DNS server that refuses',
  'not-tls': 'TLS spoken to a server without it, or the other way round',
  certificate: 'a certificate that the client does not accept',
}

interface Situation {
  readonly paths: readonly Path[]
  readonly owners: readonly Owner[]
  readonly isName: boolean
  readonly hasGaps: boolean
}

/** What a message can mean here: by who has the address and by how the ways of those who dial it end. */
export function meaningOf(seen: Seen, situation: Situation): readonly Text[] {
  const fitting = situation.paths.filter(({ firstBroken }) => {
    const reason = firstBroken?.verdict.reason
    return reason !== undefined && (explains[seen]?.includes(reason) ?? false)
  })
  const shown = fitting
    .slice(0, 3)
    .map(({ connection, firstBroken }) => said(connection, firstBroken?.verdict.reason))
  if (shown.length > 0)
    return [
      ...shown,
      ...(fitting.length > shown.length
        ? [word(`and ${fitting.length - shown.length} more like these`)]
        : []),
    ]
  return [otherwise(seen, situation)]
}

/** Reasons for which a client can feel so. */
const explains: Partial<Readonly<Record<Seen, readonly Reason[]>>> = {
  refused: [
    'no-endpoints',
    'no-ready-endpoints',
    'no-local-endpoint',
    'port-without-endpoints',
    'port-not-on-service',
    'egress-denied',
    'ingress-denied',
  ],
  timeout: [
    'address-unowned',
    'pod-gone',
    'address-not-of-pod',
    'pod-not-running',
    'egress-denied',
    'ingress-denied',
    'port-not-on-service',
    'no-local-endpoint',
    'resolver-unreachable',
  ],
  unreachable: [
    'address-unowned',
    'pod-gone',
    'address-not-of-pod',
    'pod-not-running',
    'no-endpoints',
    'egress-denied',
    'ingress-denied',
  ],
  nxdomain: [
    'no-such-service',
    'service-in-other-namespace',
    'resolver-outside-cluster',
    'name-not-resolved',
  ],
  servfail: ['resolver-unreachable', 'no-such-service', 'name-not-resolved', 'dns-unavailable'],
  'lookup-timeout': ['resolver-unreachable', 'dns-unavailable'],
  'lookup-refused': ['resolver-unreachable', 'dns-unavailable'],
}

function said({ client, host }: Connection, reason: Reason | undefined): Text {
  const reference = clientReference(client)
  const who = reference === undefined ? say`who dials ${host}` : say`${reference}`
  return say`${who}: ${word(reason === undefined ? '' : because[reason])}`
}

/** What it can mean where no way that is known ends so. */
function otherwise(seen: Seen, { paths, owners, isName, hasGaps }: Situation): Text {
  const kinds = new Set(owners.map(({ kind }) => kind))
  const behind = pods(paths)
  switch (seen) {
    case 'refused':
      if (kinds.has('pod-range') || kinds.has('service-range'))
        return word(
          'only a machine that has the address can refuse: nobody has it now, so the message is older than this picture, or comes from a node',
        )
      if (behind.length > 0)
        return say`the way is free as far as objects show: nothing listens on that port in one of ${listed(behind)}, or listens on 127.0.0.1 only`
      return word('the address is reached, and nothing listens on that port there')
    case 'timeout':
      if (kinds.has('pod-range')) return word('nobody has the address: packets to it are lost')
      if (behind.length > 0)
        return say`no policy and no missing endpoint explains it: ${listed(behind)} may be too busy to answer, or the way between the nodes loses packets`
      if (kinds.has('external'))
        return word('outside of the cluster: its firewall, its route back, or the machine itself')
      return word('no object explains it: the way between the nodes, or the server itself')
    case 'unreachable':
      return kinds.has('pod-range')
        ? word('the node of that pod range answers so for an address that no pod has')
        : word('a node knows no way there, or a policy of the network plugin rejects')
    case 'reset':
      return word(
        'the connection was made, and the server or a proxy on the way ended it: a restart, its own time limit for idle connections, or another protocol than it speaks',
      )
    case 'nxdomain':
      if (!isName) return word('an address needs no lookup: the message is about another name')
      if (kinds.has('service'))
        return word(
          'the name exists now: the client is in another namespace, asks another DNS server, or asked before the Service was there (answers are kept up to 30 s)',
        )
      return kinds.has('missing-service')
        ? word(
            hasGaps
              ? 'no Service that could be read has the name'
              : 'no Service has the name, so cluster DNS says that it does not exist',
          )
        : word(
            'no Service has the name, and cluster DNS asks the servers outside, which do not know it either',
          )
    case 'servfail':
    case 'lookup-timeout':
    case 'lookup-refused':
      return word(
        'cluster DNS was not reached or could not answer: kubectl -n kube-system get pods -l k8s-app=kube-dns shows its state',
      )
    case 'not-tls':
      return word(
        'one side speaks TLS and the other does not: the scheme in the address, or the port, is that of the other',
      )
    case 'certificate':
      return word(
        'the way is free: the server answered, with a certificate for other names or from an authority that the client does not know',
      )
  }
}

/** Pods that the ways end at, by name, at most three. */
function pods(paths: readonly Path[]): readonly Text[] {
  const names = new Set(
    paths.flatMap(({ hops }) => hops.flatMap(({ branches = [] }) => branches.map(({ name }) => name))),
  )
  const shown = [...names].slice(0, 3).map((name) => say`${name}`)
  return names.size > 3 ? [...shown, word(`${names.size - 3} more pods`)] : shown
}
