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

const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
])

/**
 * One sentence for a request that got no answer: which server, by which context, what happened, what to check.
 * The codes are those of Node's sockets and TLS, OpenSSL, and undici.
 *
 * @returns `undefined` for an error without a code: that is a bug, not a failed connection
 */
export function connectionFailure(error: unknown, name: ServerName): KnownError | undefined {
  const code = codeOf(error)
  if (code === undefined) return undefined
  const known = (stable: string, sentence: string): KnownError =>
    new KnownError(stable, `the API server ${nameOf(name)} ${sentence}`, { cause: error })
  if (untrusted.has(code)) {
    return known(
      'TLS_UNTRUSTED',
      'shows a certificate of another authority: check certificate-authority of the cluster in the kubeconfig',
    )
  }
  switch (code) {
    case 'ECONNREFUSED':
      return known(
        'CONNECTION_REFUSED',
        'refused the connection: check that it runs, and the address and port',
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return known(
        'HOST_NOT_FOUND',
        'has a host name that does not resolve: check the name, your DNS and your VPN',
      )
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return known('HOST_UNREACHABLE', 'cannot be reached from here: check your network and VPN')
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return known(
        'CONNECT_TIMEOUT',
        'did not take the connection in time: check the address, firewalls and your VPN',
      )
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return known(
        'CONNECTION_LOST',
        'broke the connection off: try again, and check what is between you and it',
      )
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return known(
        'TLS_NAME',
        'shows a certificate for another name: check the address, or set --tls-server-name',
      )
    case 'CERT_HAS_EXPIRED':
      return known('TLS_EXPIRED', 'shows a certificate that has expired: renew it, and check your clock')
    case 'CERT_NOT_YET_VALID':
      return known('TLS_EXPIRED', 'shows a certificate that is not valid yet: check your clock')
    default:
      return tlsOrOther(code, known)
  }
}

function tlsOrOther(code: string, known: (stable: string, sentence: string) => KnownError): KnownError {
  if (code.includes('ALERT_CERTIFICATE') || code.includes('ALERT_BAD_CERTIFICATE')) {
    return known('TLS_CLIENT_CERTIFICATE', 'refused the client certificate: check whether it has expired')
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return known('TLS_NOT_SPOKEN', 'does not speak TLS on this port: check the address, and http or https')
  }
  return known('CONNECTION_FAILED', `could not be asked (${code}): check the address and what is in between`)
}

/** The innermost code: undici and Node wrap the socket's error, or several of them, in their own. */
function codeOf(error: unknown): string | undefined {
  if (!isRecord(error)) return undefined
  const inner = codeOf(error['cause'])
  if (inner !== undefined) return inner
  const parts = error['errors']
  const part = Array.isArray(parts) ? parts.map(codeOf).find((code) => code !== undefined) : undefined
  return part ?? text(error['code'])
}
