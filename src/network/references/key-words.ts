/**
 * The words of a variable, flag or key: `DB_HOST`, `--db-host`, `db.host` and `dbHost` are all `db`, `host`. Several
 * questions are asked about each key in a row: the last answers are kept.
 */
export function keyWords(name: string): readonly string[] {
  const known = lastKeys.get(name)
  if (known !== undefined) return known
  const words = split(name)
  if (lastKeys.size >= mostKeys) lastKeys.clear()
  lastKeys.set(name, words)
  return words
}

const lastKeys = new Map<string, readonly string[]>()
const mostKeys = 256

function split(name: string): readonly string[] {
  const words: string[] = []
  const end = Math.min(name.length, longestKey)
  let start = -1
  let previousLower = false
  for (let at = 0; at < end; at++) {
    const code = name.charCodeAt(at)
    const lower = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)
    const upper = code >= 0x41 && code <= 0x5a
    if (start !== -1 && ((!lower && !upper) || (upper && previousLower))) {
      words.push(name.slice(start, at).toLowerCase())
      start = -1
    }
    if (start === -1 && (lower || upper)) start = at
    previousLower = lower
  }
  if (start !== -1) words.push(name.slice(start, end).toLowerCase())
  return words
}

const longestKey = 200

const setOf = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Keys that end with one of these hold an address even when it is one bare word. */
const hostWords = setOf(
  'host hosts hostname hostnames url urls uri uris addr addrs address addresses server servers endpoint endpoints broker brokers ' +
    'upstream upstreams',
)

/** Words that make a pair with the one before it where the last alone says too little. */
const hostPairs = setOf('contact-points contact-point data-source')

/** Keys that hold addresses, but often also other things: enough for `name:port`, not for a bare word. */
const peerWords = setOf(
  'target targets backend backends peer peers node nodes seed seeds quorum connect connection dsn proxy service services pass ' +
    'bootstrap replicaof slaveof forward remote destination cluster dial wait tcp',
)

/** Words that make the value of a key no dial wherever they stand in it (Z32). */
const guardWords = setOf(
  'cors origin origins allow allowed allowlist whitelist whitelisted deny denied denylist blacklist blocklist permitted trusted ' +
    'noproxy issuer issuers audience audiences listen listener listeners bind binding advertise advertised announce announced ' +
    'callback redirect redirects redirection referer referrer csp netmask cidr cidrs subnet subnets xmlns entrypoint entrypoints ' +
    'exclude excluded ignore ignored bypass doctype',
)

/** Words that do so only as the last of a key: `SIDECAR_IMAGE` holds an image, `IMAGE_SERVICE_URL` an address. */
const lastGuardWords = setOf(
  'image images tag tags version versions user users username owner group gid uid mask iss aud cookie realm return rewrite help ' +
    'link links doc docs documentation homepage license comment comments description summary message example examples title ' +
    'placeholder usage note notes expr san sans password secret token command cmd schema permit',
)

/** Keys whose `name:1234` is a name and a number: of a queue, a cache entry, an object. */
const nameWords = setOf(
  'queue queues topic topics key keys prefix suffix channel channels bucket buckets table tables index indices stream streams id ids ' +
    'group groups pattern patterns format size ratio range ranges selector labels label name names subject subjects role roles scope scopes',
)

const guardPairs = setOf(
  'server-name no-proxy non-proxy real-ip add-header set-header user-agent own-url self-url root-url public-url site-url ' +
    'node-ip pod-ip host-ip log-format error-page access-log external-url canonical-url schema-location source-range source-ranges ' +
    'cluster-dns report-host ip-range public-host own-host self-host server-names user-info',
)

/** Names of the process's own listen address where they stand alone. */
const ownNames = setOf('host hostname port address ip')

/** What a key says about its value. */
interface KeyFacts {
  readonly isGuard: boolean
  readonly namesHost: boolean
  readonly namesPeer: boolean
  readonly namesThing: boolean
  readonly pair: PairKey | undefined
}

/** Files repeat their keys, and each other's. */
const known = new Map<string, KeyFacts>()
const mostKnown = 20_000

/** All that a key says, remembered. */
export function keyFacts(name: string): KeyFacts {
  const found = known.get(name)
  if (found !== undefined) return found
  const words = keyWords(name)
  const facts = {
    isGuard: isGuard(words),
    namesHost: endsWithHost(words) && !isOwnName(name, words),
    namesPeer: words.some((word) => hostWords.has(word) || peerWords.has(word)),
    namesThing: nameWords.has(words.at(-1) ?? ''),
    pair: pairOf(words),
  }
  if (known.size < mostKnown && name.length <= longestKey) known.set(name, facts)
  return facts
}

/** Whether a value under this key is no dial, whatever it looks like. */
export function isGuardKey(name: string): boolean {
  return keyFacts(name).isGuard
}

function isGuard(words: readonly string[]): boolean {
  if (lastGuardWords.has(words.at(-1) ?? '')) return true
  return words.some(
    (word, index) => guardWords.has(word) || guardPairs.has(`${words[index - 1] ?? ''}-${word}`),
  )
}

/** Whether the key says that its value is an address, so that even one bare word is one. */
export function namesHost(name: string): boolean {
  return keyFacts(name).namesHost
}

/** Whether the key says that its value is no address but where it has a scheme or dots. */
export function namesThing(name: string): boolean {
  return keyFacts(name).namesThing
}

/** Whether the key speaks of an address at all. */
export function namesPeer(name: string): boolean {
  return keyFacts(name).namesPeer
}

/** `HOST`, `HOSTNAME`, `PORT` without more: what the process listens on, or its own name. */
function isOwnName(name: string, words: readonly string[]): boolean {
  return words.length === 1 && ownNames.has(words[0] ?? '') && name === name.toUpperCase()
}

/** Whether the last word, without a number behind it, is one for hosts: `REDIS_HOST_2`, `redisHost2`, `PGHOST`. */
function endsWithHost(words: readonly string[]): boolean {
  for (let index = words.length - 1; index >= 0; index--) {
    const plain = withoutNumber(words[index] ?? '')
    if (plain === '') continue
    return (
      hostWords.has(plain) || isJoined(plain, 'host') || hostPairs.has(`${words[index - 1] ?? ''}-${plain}`)
    )
  }
  return false
}

function withoutNumber(word: string): string {
  let end = word.length
  while (end > 0 && word.charCodeAt(end - 1) <= 57) end--
  return end === word.length ? word : word.slice(0, end)
}

/** Words in which the end means something else, or that are written so by accident. */
const notJoined = setOf(
  'ghost localhost vhost virtualhost export import report support transport viewport passport airport',
)

/** `pghost` and `dbport`: two words that are written as one. */
function isJoined(word: string, part: 'host' | 'port'): boolean {
  return word.length > 4 && word.endsWith(part) && !notJoined.has(word)
}

/** A key that holds a host, or the port of one. */
export interface PairKey {
  readonly part: 'host' | 'port'
  /** What a host key and its port key have in common, the exact match first: `db` for `DB_HOST` and `DB_PORT`. */
  readonly stems: readonly string[]
}

/** Reads a key as one half of a pair; `undefined` when it names neither a host nor a port. */
export function pairKey(name: string): PairKey | undefined {
  return keyFacts(name).pair
}

function pairOf(all: readonly string[]): PairKey | undefined {
  // Envoy writes `port_value`.
  const words = all.at(-2) === 'port' && all.at(-1) === 'value' ? all.slice(0, -1) : all
  const last = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  for (const part of ['host', 'port'] as const)
    if (isJoined(last, part)) return { part, stems: [[...before, last.slice(0, -part.length)].join(' ')] }
  if (last === 'port') {
    // DB_HOST_PORT belongs to DB_HOST, SERVER_PORT to SERVER_HOST.
    const stripped = isHostWord(before.at(-1)) ? [before.slice(0, -1).join(' ')] : []
    return { part: 'port', stems: [before.join(' '), ...stripped] }
  }
  if (isHostWord(last)) return { part: 'host', stems: [before.join(' ')] }
  return hostPairs.has(`${before.at(-1) ?? ''}-${last}`)
    ? { part: 'host', stems: [before.slice(0, -1).join(' ')] }
    : undefined
}

function isHostWord(word: string | undefined): boolean {
  return word !== undefined && (hostWords.has(word) || word === 'ip')
}
