import { isRecord, text } from '../snapshot/kinds/json.ts'
import { KnownError } from '../snapshot/known-error.ts'

/** The server as messages name it. */
export interface ServerName {
  readonly server: string
  readonly context: string | undefined
}

/** `https://10.0.0.1:6443 (context prod)` */
export function nameOf({ server, context }: ServerName): string {
  return context === undefined ? server : `${server} (context ${context})`
}

type Meaning = readonly [code: string, sentence: string]

const untrusted: Meaning = [
  'TLS_UNTRUSTED',
  'shows a certificate of another authority: check certificate-authority of the cluster in the kubeconfig',
]
const unresolved: Meaning = [
  'HOST_NOT_FOUND',
  'has a host name that does not resolve: check the name, your DNS and your VPN',
]
const unreachable: Meaning = ['HOST_UNREACHABLE', 'cannot be reached from here: check your network and VPN']
const silent: Meaning = [
  'CONNECT_TIMEOUT',
  'did not take the connection in time: check the address, firewalls and your VPN',
]
const lost: Meaning = [
  'CONNECTION_LOST',
  'broke the connection off: try again, and check what is between you and it',
]
const notZipped: Meaning = [
  'BODY_NOT_WHOLE',
  'sent a gzip body that is not whole: try again, and check what is between you and it',
]
const notTls: Meaning = [
  'TLS_NOT_SPOKEN',
  'does not speak TLS on this port: check the address, and http or https',
]

/** Codes of Node's sockets and TLS, OpenSSL, and undici: our stable code, and what the server did and what to check. */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  ['CERT_SIGNATURE_FAILURE', untrusted],
  ['CERT_UNTRUSTED', untrusted],
  ['INVALID_CA', untrusted],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    ['TLS_NAME', 'shows a certificate for another name: check the address, or set --tls-server-name'],
  ],
  [
    'CERT_HAS_EXPIRED',
    ['TLS_EXPIRED', 'shows a certificate that has expired: renew it, and check your clock'],
  ],
  ['CERT_NOT_YET_VALID', ['TLS_EXPIRED', 'shows a certificate that is not valid yet: check your clock']],
  ['ERR_SSL_WRONG_VERSION_NUMBER', notTls],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', notTls],
  [
    'ECONNREFUSED',
    ['CONNECTION_REFUSED', 'refused the connection: check that it runs, and the address and port'],
  ],
  ['ENOTFOUND', unresolved],
  ['EAI_AGAIN', unresolved],
  ['EHOSTUNREACH', unreachable],
  ['ENETUNREACH', unreachable],
  ['UND_ERR_CONNECT_TIMEOUT', silent],
  ['ETIMEDOUT', silent],
  ['ECONNRESET', lost],
  ['EPIPE', lost],
  ['UND_ERR_SOCKET', lost],
  ['UND_ERR_INFO', lost],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', lost],
  ['HPE_INVALID_EOF_STATE', lost],
  ['Z_BUF_ERROR', notZipped],
  ['Z_DATA_ERROR', notZipped],
])

/**
 * One sentence for a request that got no answer: which server, by which context, what happened, what to check.
 *
 * @returns `undefined` for an error without a code, or about a value: that is a bug, not a failed connection
 */
export function connectionFailure(error: unknown, name: ServerName): KnownError | undefined {
  const meaning = meaningOf(error)
  if (meaning === undefined) return undefined
  const [code, sentence] = meaning
  return new KnownError(code, `the API server ${nameOf(name)} ${sentence}`, { cause: error })
}

/** Our stable code, and what the other side did and what to check, to follow its name. */
export function meaningOf(error: unknown): Meaning | undefined {
  const found = codeOf(error)
  if (found === undefined || error instanceof TypeError || error instanceof RangeError) return undefined
  return meanings.get(found) ?? otherMeaning(found)
}

function otherMeaning(found: string): Meaning {
  // TLS alerts carry their protocol version in the code.
  if (found.includes('ALERT_CERTIFICATE') || found.includes('ALERT_BAD_CERTIFICATE')) {
    return ['TLS_CLIENT_CERTIFICATE', 'refused the client certificate: check whether it has expired']
  }
  return ['CONNECTION_FAILED', `could not be asked (${found}): check the address and what is in between`]
}

/** The innermost code: undici and Node wrap the socket's error, or several of them, in their own. */
export function codeOf(error: unknown): string | undefined {
  if (!isRecord(error)) return undefined
  const inner = codeOf(error['cause'])
  if (inner !== undefined) return inner
  const parts = error['errors']
  const part = Array.isArray(parts) ? parts.map(codeOf).find((code) => code !== undefined) : undefined
  return part ?? text(error['code'])
}
