import { isIP, type Socket } from 'node:net'
import { type Login, nextChunk, type Target } from './proxy-socket.ts'

const version = 5
const noLogin = 0
const withPassword = 2

const refusals: readonly string[] = [
  '',
  'failed',
  'does not permit the way to the API server: check its rules, or NO_PROXY',
  'finds no network to the API server',
  'does not reach the host of the API server',
  'was refused by the API server: check that it runs, and the address and port',
  'found no way to the API server in time',
  'knows no CONNECT',
  'knows no such address type',
]

/**
 * Asks a SOCKS5 proxy on an open socket for a way to the target (RFC 1928, passwords by RFC 1929). The proxy resolves
 * host names, as with client-go.
 *
 * @returns what the proxy did instead; `undefined` when the way is open
 */
export async function greetSocks(
  socket: Socket,
  target: Target,
  login: Login | undefined,
): Promise<string | undefined> {
  const read = reader(socket)
  socket.write(
    Buffer.from([
      version,
      login === undefined ? 1 : 2,
      noLogin,
      ...(login === undefined ? [] : [withPassword]),
    ]),
  )
  const [spoken, method] = await read(2)
  if (spoken !== version) return 'does not speak SOCKS5: check the address'
  if (method === withPassword && login !== undefined) {
    socket.write(Buffer.concat([Buffer.from([1]), field(login.user), field(login.password)]))
    const [, failed] = await read(2)
    if (failed !== 0) return 'rejected the user name and password: check those in its address'
  } else if (method !== noLogin) {
    return 'wants a user name and password: put them into its address'
  }
  socket.write(Buffer.concat([Buffer.from([version, 1, 0]), addressOf(target.host), portOf(target.port)]))
  const [, reply = 1, , addressType] = await read(4)
  if (reply !== 0) return refusals[reply] ?? `failed (${reply})`
  // The address that the proxy uses on the other side is of no interest, but must leave the stream.
  const length = addressType === 1 ? 4 : addressType === 4 ? 16 : ((await read(1))[0] ?? 0)
  await read(length + 2)
  return undefined
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8').subarray(0, 255)
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}

function addressOf(host: string): Buffer {
  switch (isIP(host)) {
    case 4:
      return Buffer.from([1, ...host.split('.').map(Number)])
    case 6:
      return Buffer.concat([Buffer.from([4]), bytesOf(host)])
    default:
      return Buffer.concat([Buffer.from([3]), field(host)])
  }
}

/** The sixteen bytes of an IPv6 address as `new URL` writes it: hexadecimal groups, at most one `::`. */
function bytesOf(address: string): Buffer {
  const [head = [], tail = []] = address
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  const groups = [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16))
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

function portOf(port: number): Buffer {
  return Buffer.from([port >> 8, port & 0xff])
}

/** Takes exactly so many bytes at a time; what arrives too early waits. */
function reader(socket: Socket): (length: number) => Promise<Buffer> {
  let held = Buffer.alloc(0)
  return async (length) => {
    while (held.length < length) held = Buffer.concat([held, await nextChunk(socket)])
    const taken = held.subarray(0, length)
    held = held.subarray(length)
    return taken
  }
}
