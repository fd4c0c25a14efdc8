import type { Symptom } from '../../trace/path.ts'

/** What an error message says happened; the last three never reach the network's model. */
export type Seen = Symptom | 'lookup-timeout' | 'lookup-refused' | 'not-tls' | 'certificate'

/**
 * Words of programs for what happened, the more telling first. Sources: Go's net, glibc's and musl's strerror and
 * gai_strerror, the JDK, Node's error codes, curl, wget, nginx, psql, redis-py, MySQL and gRPC.
 */
const words: readonly (readonly [Seen, RegExp])[] = [
  [
    'nxdomain',
    /no such host|\bENOTFOUND\b|\bNXDOMAIN\b|UnknownHostException|UnresolvedAddressException|name or service not known|name does not resolve|could not resolve host|could not translate host ?name|couldn't resolve host|bad address\b|host not found|unknown (?:mysql |mariadb )?(?:server )?host\b|nodename nor servname|no address associated with host|failed to resolve|name resolution failed|dns resolution failed|can't resolve/i,
  ],
  [
    'servfail',
    /\bEAI_AGAIN\b|temporary failure in name resolution|server misbehaving|\bSERVFAIL\b|\btry again\b|\bEAI_FAIL\b|non-recoverable failure in name/i,
  ],
  [
    'lookup-timeout',
    /\blookup\b[^\n]{0,300}(?:i\/o timeout|timed out|deadline exceeded)|no servers could be reached|dns (?:query|lookup|resolution)[^\n]{0,60}time(?:d )?out|resolving timed out|could not be resolved \(110/i,
  ],
  ['lookup-refused', /\blookup\b[^\n]{0,300}connection refused/i],
  [
    'not-tls',
    /http response to https client|wrong version number|first record does not look like a tls handshake|http request to an https server|unsupported or unrecognized ssl message|packet length too long|server does not support ssl/i,
  ],
  [
    'certificate',
    /\bx509:|certificate (?:verify|is not valid|has expired|is valid for)|PKIX path|self[- ]signed certificate|hostname\/ip does not match/i,
  ],
  [
    'refused',
    /connection refused|\bECONNREFUSED\b|connect(?:\(\))? failed \(111|errno 111|error 111\b|actively refused|server refused the connection|' \(111\b|connection to [^\n]{1,255} refused/i,
  ],
  [
    'unreachable',
    /no route to host|\bEHOSTUNREACH\b|network is unreachable|\bENETUNREACH\b|errno 113|error 113\b|host is unreachable|host unreachable|\(113:|NoRouteToHost/i,
  ],
  [
    'timeout',
    /i\/o timeout|timed? ?out\b|\bETIMEDOUT\b|timeout expired|deadline exceeded|timeout exceeded|connect timeout|errno 110|\(110\b|SocketTimeout|ConnectTimeout|handshake timeout/i,
  ],
  [
    'reset',
    /connection (?:was )?reset|reset by peer|\bECONNRESET\b|broken pipe|\bEPIPE\b|socket hang up|empty reply from server|unexpected eof|prematurely closed|connection closed by (?:peer|remote)|server closed the connection|reset before headers/i,
  ],
]

/** What a message says happened; `undefined` when it does not say. Linear in the text. */
export function seenIn(message: string): Seen | undefined {
  return words.find(([, pattern]) => pattern.test(message))?.[0]
}
