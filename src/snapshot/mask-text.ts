/**
 * Masks what may be a password in a text that people read: messages of events and containers, annotations, commands of
 * probes, lines of logs. It goes by shape, so it is a second line of defence; values of env, args and ConfigMaps never
 * leave by it alone (see network/references/mask.ts).
 */

export const masked = '***'

/** Words that make the value of a key secret wherever they stand in it: `DB_PASSWORD`, `secretKeyBase`. */
const secretWord =
  /pass(?:word|wd|phrase|code)|pwd|secret|token|api[-_.]?key|(?:access|private|account|shared|encryption|signing|master)[-_.]?key|credential|signature|cookie/i
const endsSecret = new RegExp(`(?:${secretWord.source})s?[0-9]{0,3}$`, 'i')
/** Nouns for which `noun: words` is more often a sentence than a setting. */
const isAmbiguous = /(?:token|secret|credential|signature|cookie)s?[0-9]{0,3}$/i
const alwaysSecret = /^(?:pass|pw|sig|sas|auth|key)$/i
/** `secretName=x`, `token_url=x`, `tokenTTL=x` are about a secret and hold none. */
const aboutSecret = /(?:name|type|ref|path|file|ttl|expiry|expires|url|uri|count|size|length)$/i

const rules: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g, masked],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, masked],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, masked],
  [
    /(authorization\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?)(?:(?:basic|bearer|digest|token|negotiate|apikey)\s{1,3})?[^\s"'\\]+/gi,
    `$1${masked}`,
  ],
  // Prose such as "bearer token" is left alone: a token has a digit, a capital or a mark in it.
  [
    /\b([Bb]earer|BEARER|[Bb]asic)(\s{1,3})(?=[\w+/.~-]{0,200}[0-9A-Z_=.+/-])[\w+/=.~-]{8,}/g,
    `$1$2${masked}`,
  ],
  [
    /((?:^|\s)--?[\w-]{0,40}(?:password|passwd|passphrase|pass|token|secret|api-?key)[\w-]{0,40}\s{1,3})(?!-)(?:"[^"\n]*"|'[^'\n]*'|[^\s"']+)/gi,
    `$1${masked}`,
  ],
  [/(\bredis-cli\b[^\n;|&]{0,200}?\s(?:-a|--pass)\s{1,3})[^\s"']+/g, `$1${masked}`],
  [/(\b(?:mysql|mariadb)[a-z_-]{0,12}\b[^\n;|&]{0,200}?\s-p)[^\s"']+/g, `$1${masked}`],
  [/(\bsshpass\s{1,3}-p\s{0,3})[^\s"']+/g, `$1${masked}`],
  [/((?:^|\s)(?:-u|--user|--proxy-user)[\s=]{1,3})[^\s:"'=]{1,100}:(?!\/\/)[^\s"']+/g, `$1${masked}`],
]

/**
 * The text with passwords replaced by `***`: userinfo of URLs, values under password-like keys and query parameters,
 * `Authorization`, bearer tokens, password options of well-known clients, private keys. Applying it twice changes
 * nothing more. Linear in the text; never throws.
 */
export function maskUserinfo(text: string): string {
  if (text.length < 4) return text
  let result = maskPairs(maskUrls(text))
  for (const [pattern, by] of rules) result = result.replace(pattern, by)
  return result
}

/** `user:password@` without a scheme before it. A port before a path (`host:8080/a@b`) is no password. */
const bareUserinfo = /[^\s"'/:@,]{1,100}:((?!\/\/|[0-9]{1,5}\/)[^\s"']{1,200})@/g

/**
 * What a person typed, or a message that repeats it, masked as {@link maskUserinfo} does, and also where a scheme is
 * missing: `user:password@host`. Host names and names of objects stay as they are.
 *
 * @param words what was typed: messages may repeat a part of a word that has a password without its user
 */
export function maskTyped(text: string, words: readonly string[] = []): string {
  const passwords = words.flatMap((word) =>
    [...word.matchAll(bareUserinfo)].map(([, password = '']) => password),
  )
  return passwords
    .filter((password) => password.length > 2)
    .reduce(
      (result, password) => result.replaceAll(`${password}@`, `${masked}@`),
      maskUserinfo(text).replace(bareUserinfo, `${masked}@`),
    )
}

const tokenStop = /[\s"'`<>]/g
const authorityStop = /[/?#\s"'`<>\\]/g

/** `scheme://user:password@host`, also with a password that holds `/`, `?` or `#` as it should not. */
function maskUrls(text: string): string {
  let at = text.indexOf('://')
  if (at === -1) return text
  const parts: string[] = []
  let copied = 0
  let token = { end: -1, lastAt: -1 }
  for (; at !== -1; at = text.indexOf('://', at + 3)) {
    const start = at + 3
    if (start < copied) continue
    if (token.end < start) token = tokenAt(text, start)
    const end = nextStop(text, authorityStop, start)
    const authority = text.slice(start, end)
    const inside = authority.lastIndexOf('@')
    const isPassword = /^[^:@]*:(?![0-9]{1,5}$)(?!$)/.test(authority)
    const user = inside !== -1 ? start + inside : isPassword && token.lastAt >= end ? token.lastAt : -1
    if (user === -1) continue
    parts.push(text.slice(copied, start), masked)
    copied = user
  }
  parts.push(text.slice(copied))
  return parts.join('')
}

function tokenAt(text: string, start: number): { readonly end: number; readonly lastAt: number } {
  const end = nextStop(text, tokenStop, start)
  return { end, lastAt: start + text.slice(start, end).lastIndexOf('@') }
}

function nextStop(text: string, stop: RegExp, start: number): number {
  stop.lastIndex = start
  return stop.exec(text)?.index ?? text.length
}

const keyPattern = /(?<![\w.-])([\w.-]{1,200})(\\?["']?\s{0,2}[=:]\s{0,2})/g
/** In quotes, in quotes inside of quoted JSON, or up to the next delimiter. */
const valuePattern = /\\"((?:(?!\\")[^\n])*)|"((?:\\.|[^"\\\n])*)|'([^'\n]*)|([^\s"'`,;&)}\]<>\\]+)/y

/** `DB_PASSWORD=x`, `"token": "x"`, `?sig=x`. */
function maskPairs(text: string): string {
  if (!secretWord.test(text) && !/\b(?:pass|pw|sig|sas|auth|key)\\?["']?\s{0,2}[=:]/i.test(text)) return text
  const parts: string[] = []
  let copied = 0
  keyPattern.lastIndex = 0
  for (let match = keyPattern.exec(text); match !== null; match = keyPattern.exec(text)) {
    const [whole, key = '', separator = ''] = match
    valuePattern.lastIndex = match.index + whole.length
    const found = valuePattern.exec(text)
    const plain = found?.[4]
    const value = plain ?? found?.[3] ?? found?.[2] ?? found?.[1] ?? ''
    if (found === null || !isSecretPair(key, separator, value, plain === undefined)) continue
    const end = found.index + found[0].length
    parts.push(text.slice(copied, end - value.length), masked)
    copied = end
    keyPattern.lastIndex = end
  }
  parts.push(text.slice(copied))
  return parts.join('')
}

function isSecretPair(key: string, separator: string, value: string, isQuoted: boolean): boolean {
  if (value === '' || aboutSecret.test(key)) return false
  if (separator.includes('=')) return secretWord.test(key) || alwaysSecret.test(key)
  if (!endsSecret.test(key)) return false
  if (isQuoted) return true
  // `password-reset:8080` and `shop/token:1.2` are a host and an image.
  if (separator.endsWith(':') && /^(?:[0-9]{1,5}|v?[0-9.]+)$/.test(value)) return false
  return !isAmbiguous.test(key) || (value.length >= 8 && /[0-9]/.test(value))
}

/** Whether a key (an annotation's name, say) promises a secret value. Names of Secret objects are none. */
export function isSecretKey(key: string): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1)
  return endsSecret.test(name) && !/secrets?$/i.test(name)
}

/** The words of a command, such as a probe's, with what looks like a password masked. */
export function maskWords(words: readonly string[]): readonly string[] {
  const line = words.join(' ')
  return words.map((word, index) => {
    const before = words[index - 1] ?? ''
    if (/^--?[\w-]*(?:password|passwd|passphrase|pass|token|secret|api-?key)[\w-]*$/i.test(before))
      return word.startsWith('-') ? maskUserinfo(word) : masked
    if (before === '-a' && /\bredis-cli\b/.test(line)) return masked
    if (/^(?:-u|--user|--proxy-user)$/.test(before) && /:(?!\/\/)/.test(word.split('://')[0] ?? ''))
      return masked
    if (/^-p./.test(word) && /\b(?:mysql|mariadb)/.test(line)) return `-p${masked}`
    if (before === '-p' && /\bsshpass\b/.test(line)) return masked
    return maskUserinfo(word)
  })
}
