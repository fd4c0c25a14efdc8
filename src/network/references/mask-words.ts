import { scanCommand } from './commands.ts'
import { isGuardKey, namesPeer, pairKey } from './key-words.ts'
import { findUrls } from './urls.ts'

const setOf = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Words that the model or a rule reads and that are nobody's password: what shells run, switches, parts of paths. */
const plainWords = setOf(
  'sh bash ash dash zsh busybox sleep infinity tail cat watch pause true false echo printf date test while until for do done if ' +
    'then else elif fi in case esac break continue set export trap wait exit local read let curl wget ping nslookup dig host ' +
    'getent grep egrep awk sed cut head tr sort uniq wc seq jq env id hostname uname ls mkdir touch rm cp mv chmod kubectl apk ' +
    'apt apt-get yum psql redis-cli mysql nc telnet time exec bin usr sbin dev null tcp udp ssl yes no on off enabled disabled ' +
    'none strict TRUE FALSE True False data Data syslog hosts ahosts wait-for-it.sh wait-for dockerize wait4x waitforit monitor dns passthrough ipv4 ipv6 TCP UDP SSL',
)

/** Words of pods of which only a leader serves: the rules about readiness know them. */
const roleWords = setOf(
  'leader leaderelect elect election standby active passive activepassive failover primary master slave replica role ha',
)

/** Halves of key pairs such as `server_name`, that mean something only together. */
const pairWords = setOf(
  'server name no non proxy real ip add set header user agent own self root public site node pod host log format error page access ' +
    'external canonical url schema location source range ranges cluster dns names info enabled disabled contact points data ' +
    'sentinel statsd syslog value',
)

/** Schemes that say little but are common enough to be kept. */
const plainSchemes = setOf('tcp tls grpc grpcs h2c https http')

const known = new Map<string, boolean>()

/** Whether a word stands for itself in the masked text: the scanner or a rule treats it unlike any other word. */
export function isPlainWord(word: string): boolean {
  if (plainWords.has(word) || roleWords.has(word.toLowerCase())) return true
  if (!/^[a-z[:][a-z0-9_-]{0,15}$/.test(word)) return word === '[['
  const found = known.get(word)
  if (found !== undefined) return found
  const result = isCommand(word)
  // A text of a million words must not fill the memory.
  if (known.size < 10_000) known.set(word, result)
  return result
}

/** Asks the scanner itself, so that a program that it learns to read is known here too. */
function isCommand(name: string): boolean {
  const finds = (...words: readonly string[]): boolean =>
    scanCommand(words.map((text) => ({ text, start: 0 }))).length > 0
  const isSkipped = !finds(name, 'echo', 'http://peer-x') || !finds(name, '5', 'echo', 'http://peer-x')
  return isSkipped || finds(name, 'peer-x') || finds(name, '-h', 'peer-x') || finds(name, '-H', 'peer-x')
}

/** Whether a word of a key says what its value is; words that do not may be anything. */
export function isKeyWord(word: string): boolean {
  const plain = word.toLowerCase().replace(/(?<=[a-z])[0-9]{1,3}$/, '')
  if (/^[0-9]{1,3}$/.test(plain)) return true
  return (
    pairWords.has(plain) ||
    roleWords.has(plain) ||
    namesPeer(plain) ||
    isGuardKey(plain) ||
    pairKey(plain) !== undefined
  )
}

/** Whether a scheme decides on the port, the protocol, or whether there is a host at all. */
export function isPlainScheme(scheme: string): boolean {
  const lower = scheme.toLowerCase()
  if (plainSchemes.has(lower)) return true
  const [host] = findUrls(`${lower}://peer-x`)[0]?.hosts ?? []
  const inPath = findUrls(`${lower}:///peer-x`)[0]?.hosts ?? []
  return host === undefined || host.port !== undefined || host.protocol === 'UDP' || inPath.length > 0
}

/** Whether a text speaks of leaders and standbys, as rules look for it. */
export function roleParts(word: string): string | undefined {
  const parts = word.replace(/[A-Za-z0-9]+/g, (part) => (roleWords.has(part.toLowerCase()) ? part : '***'))
  return parts === word.replace(/[A-Za-z0-9]+/g, '***') || /[^\w.*-]/.test(word) ? undefined : parts
}
