import type { Absence, Answer } from '../network/dns/answer.ts'
import type { Outcome } from '../network/dns/lookup.ts'
import type { Nameserver } from '../network/dns/resolver.ts'
import { escapeText } from './escape.ts'

/** The answer in a few words: `10.96.0.20`, `no such name (NXDOMAIN)`. */
export function answerWords(answer: Answer): string {
  switch (answer.is) {
    case 'found':
      return foundWords(answer)
    case 'nodata':
      return 'no address'
    case 'nxdomain':
      return 'NXDOMAIN'
    case 'servfail':
      return 'SERVFAIL'
    case 'external':
      return 'asked outside'
    case 'unknown':
      return 'not known'
  }
}

const mostShown = 4

function foundWords({ addresses, records }: Answer): string {
  const all = [...addresses, ...records.map(({ port, target }) => `${target}:${port}`)]
  if (all.length === 0) return 'an address that is not given out yet'
  const shown = all.slice(0, mostShown).map(escapeText).join(', ')
  return all.length > mostShown ? `${shown} and ${all.length - mostShown} more` : shown
}

/** What a program gets, for the first line. */
export function outcomeWords({ is, answer }: Outcome): string {
  switch (is) {
    case 'hosts':
      return `${foundWords(answer)}, from /etc/hosts of the pod`
    case 'outside-resolver':
      return 'no such name: a server outside of the cluster is asked'
    case 'not-a-name':
      return 'no resolver asks for that: it is no DNS name'
    case 'no-nameserver':
      return 'there is no nameserver to ask'
    case 'external':
      return 'known only outside of the cluster'
    case 'unknown':
      return answer.gaps.length > 0 ? 'not known: not all was readable' : 'not known'
    case 'nxdomain':
      return 'no such name (NXDOMAIN)'
    case 'servfail':
      return 'the server fails (SERVFAIL)'
    default:
      return answerWords(answer)
  }
}

const why: Readonly<Record<Absence, string>> = {
  'no-such-service': 'no Service has it',
  'no-such-namespace': 'there is no such namespace',
  'namespace-left-out': 'the Corefile leaves the namespace out',
  'service-left-out': 'the Corefile leaves the Service out',
  'empty-service-left-out': 'the Corefile leaves Services without endpoints out',
  'no-ready-endpoint': 'headless, and no pod is ready',
  'no-such-endpoint': 'no ready pod has that name',
  'no-such-port': 'no port has that name',
  'no-such-pod': 'no pod has that address',
  'pods-switched-off': 'the Corefile answers for no pods',
  'external-name-is-address': 'ExternalName is an address',
  'external-name-cycle': 'ExternalName leads back to itself',
  'external-name-dead': 'ExternalName leads nowhere',
  'other-family': 'addresses of the other family only',
  'no-name-of-the-schema': 'not a form that cluster names have',
  'by-configuration': 'the Corefile says so',
  'nobody-answers': 'no part of the Corefile answers it',
}

/** Who answered, or why nobody did. */
export function reasonWords(answer: Answer): string {
  const { service, by, rewrites, aliases, upstream } = answer
  const parts = [
    ...rewrites.map(({ line, to }) => `line ${line} of the Corefile: ${escapeText(to)}`),
    ...aliases.map((name) => `-> ${escapeText(name)}`),
  ]
  if (answer.why !== undefined) parts.push(why[answer.why])
  else if (service !== undefined)
    parts.push(`svc/${escapeText(service.metadata.name)} in ${escapeText(service.metadata.namespace ?? '')}`)
  else if (answer.is === 'found' && by !== undefined)
    parts.push(`${by.plugin}, line ${by.line} of the Corefile`)
  else if (upstream !== undefined) parts.push(`forward ${escapeText(upstream.slice(0, 2).join(' '))}`)
  return parts.join(', ')
}

/** A nameserver and what it is. */
export function serverWords({ kind, address, service }: Nameserver): string {
  const at = address === undefined ? '' : escapeText(address)
  switch (kind) {
    case 'cluster':
      return service === undefined ? at : `${at} (svc/${escapeText(service.metadata.name)})`.trim()
    case 'node-local':
      return `${at} (the cache of its node)`
    case 'node':
      return 'whom its node asks'
    case 'custom':
      return at
  }
}
