import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { KnownError } from '../snapshot/known-error.ts'
import { meaningOf } from './connection-failure.ts'
import { type ProxyServer, proxyName } from './proxy.ts'
import { type Login, nextChunk, type Target } from './proxy-socket.ts'
import { greetSocks } from './socks.ts'

/** Which certificates of an https proxy are believed; the same as those of the server behind it, as with client-go. */
export type ProxyTrust = Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'>

/** Longest wait for a proxy, in milliseconds, from the first packet to the open way. */
const limitMs = 10_000
/** More than any proxy says in front of an open way. */
const longestAnswer = 64 * 1024

/**
 * Opens a way through a proxy to a host and port: CONNECT for http and https proxies, SOCKS5 for the others. The
 * socket is what a direct connection would be; TLS to the server starts on it. (undici's own proxy agents hide what
 * the proxy answered, and its SOCKS5 prints a warning.)
 *
 * @param trust for an https proxy
 * @throws KnownError when the proxy cannot be reached, refuses, or does not answer: it names the proxy and its setting
 */
export async function openTunnel(proxy: ProxyServer, target: Target, trust: ProxyTrust): Promise<Socket> {
  const socket = connectTo(proxy, trust)
  const name = `the proxy ${proxyName(proxy)} (${proxy.setting})`
  const { failed, forget } = failureOf(socket, name)
  try {
    await Promise.race([failed, handshake(socket, proxy, target, name)])
    return socket
  } catch (error) {
    socket.on('error', () => undefined).destroy()
    throw error
  } finally {
    forget()
  }
}

/** Rejects when the socket breaks, closes, or stays silent for too long, until it is told to forget it. */
function failureOf(socket: Socket, name: string): { failed: Promise<never>; forget: () => void } {
  const { promise: failed, reject } = Promise.withResolvers<never>()
  // It may lose the race, and is then nobody's business any more.
  failed.catch(() => undefined)
  const onError = (error: Error): void => reject(unreachable(name, error))
  const onClose = (): void => reject(refusal(name, 'closed the connection: check what it permits'))
  const timer = setTimeout(
    () => reject(refusal(name, `did not answer within ${limitMs / 1_000} s: check its address`)),
    limitMs,
  )
  socket.on('error', onError).on('close', onClose)
  return {
    failed,
    forget: () => {
      clearTimeout(timer)
      socket.off('error', onError).off('close', onClose)
    },
  }
}

function connectTo({ url }: ProxyServer, trust: ProxyTrust): Socket | TLSSocket {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (url.protocol === 'https:') {
    return connectTls({
      ...trust,
      host,
      port: Number(url.port || 443),
      ...(isIP(host) === 0 && { servername: host }),
    })
  }
  return connectTcp({ host, port: Number(url.port || (url.protocol === 'http:' ? 80 : 1080)) })
}

async function handshake(socket: Socket, proxy: ProxyServer, target: Target, name: string): Promise<void> {
  const isEncrypted = proxy.url.protocol === 'https:'
  await new Promise<void>((ready) => socket.once(isEncrypted ? 'secureConnect' : 'connect', () => ready()))
  const login = loginOf(proxy)
  if (proxy.url.protocol.startsWith('socks')) {
    const problem = await greetSocks(socket, target, login)
    if (problem !== undefined) throw refusal(name, problem)
    return
  }
  const status = await askToConnect(socket, target, login)
  if (status === 200) return
  throw refusal(name, status === undefined ? 'does not answer as an HTTP proxy' : refusalOf(status, proxy))
}

/** User name and password of a proxy address, as they were before they were percent-encoded. */
function loginOf({ url }: ProxyServer): Login | undefined {
  if (url.username === '') return undefined
  return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
}

/** Sends CONNECT and reads the answer up to its empty line. Gives the status; `undefined` for no HTTP answer. */
async function askToConnect(
  socket: Socket,
  { host, port }: Target,
  login: Login | undefined,
): Promise<number | undefined> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const basic = login && Buffer.from(`${login.user}:${login.password}`).toString('base64')
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    ...(basic === undefined ? [] : [`Proxy-Authorization: Basic ${basic}`]),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  let answer = ''
  while (!answer.includes('\r\n\r\n') && answer.length < longestAnswer) {
    answer += (await nextChunk(socket)).toString('latin1')
  }
  const status = /^HTTP\/1\.\d (\d{3})\b/.exec(answer)?.[1]
  return status === undefined ? undefined : Number(status)
}

function refusalOf(status: number, { url, setting }: ProxyServer): string {
  if (status !== 407)
    return `refused the way to the API server (${status}): check what it permits, or NO_PROXY`
  const what = url.username === '' ? 'wants a' : 'rejected the'
  return `${what} user name and password (407): check those in ${setting}`
}

function unreachable(name: string, cause: Error): KnownError {
  const [, sentence] = meaningOf(cause) ?? ['', `cannot be reached (${cause.message})`]
  return new KnownError('PROXY_UNREACHABLE', `${name} ${sentence}`, { cause })
}

function refusal(name: string, what: string): KnownError {
  return new KnownError('PROXY_REFUSED', `${name} ${what}`)
}
