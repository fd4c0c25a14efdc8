import type { Hint } from './candidates.ts'
import type { Context } from './context.ts'
import { isGuardKey, namesHost, namesPeer, namesThing } from './key-words.ts'
import type { Token } from './tokens.ts'

/** What kind of text is read: one setting, one word of a command line, or lines of configuration or prose. */
export type ScanMode = 'value' | 'argument' | 'file'

/** Directives with a host and its port behind it: which of their words is the host. */
const serverPositions = new Map([
  ['replicaof', 1],
  ['slaveof', 1],
  ['sentinel', 3],
])

type Take = (token: Token, key: string, hint: Hint) => void

/** Follows which key each token of a line is the value of. */
export class LineReader {
  readonly #context: Context
  readonly #mode: ScanMode
  readonly #start: number
  #key: string | undefined
  /** `=` or `:` behind the key, or ' ' for a directive such as `proxy_pass x`. */
  #assign: '=' | ':' | ' ' = ' '
  /** Values of the key so far. */
  #values = 0
  #isBehindComma = false
  #isGuarded = false

  /** @param start column where the content of the line starts */
  constructor(context: Context, mode: ScanMode, start: number) {
    this.#context = context
    this.#mode = mode
    this.#start = start
  }

  /** The key that ends the line without a value: what follows in deeper lines is its value. */
  get openKey(): string | undefined {
    return this.#values === 0 && this.#assign !== ' ' ? this.#key : undefined
  }

  /** Calls `take` for each token that stands where a value does, unless a guarded key stands above it. */
  read(tokens: readonly Token[], take: Take): void {
    for (const [index, token] of tokens.entries()) {
      if (token.text === '{' || token.text === '[') {
        this.#context.openBracket(this.#key ?? this.#context.key)
        this.#setKey(undefined, ' ')
      } else if (token.text === '}' || token.text === ']') {
        this.#context.closeBracket()
        this.#setKey(undefined, ' ')
      } else if (!this.#isKey(token, tokens[index - 1])) this.#value(token, take)
      this.#isBehindComma = token.behind === ',' || token.next === ','
      if (this.#endsSetting(token, tokens[index + 1])) this.#setKey(undefined, ' ')
    }
  }

  #isKey(token: Token, previous: Token | undefined): boolean {
    if (token.hosts !== undefined) return false
    const isQuoted = token.before === '"' || token.before === "'"
    const hasColon = token.text.length > 1 && token.text.endsWith(':')
    const word = hasColon ? token.text.slice(0, -1) : token.text
    // `Data Source=db`: the key is two words.
    const isSecond =
      previous?.end === token.start - 1 && /^data$/i.test(previous.text) && /^source$/i.test(word)
    const name = isSecond ? `${previous.text} ${word}` : word
    if (token.behind === '=' || (token.next === '=' && !isQuoted)) return this.#setKey(name, '=')
    if (isQuoted && token.next === ':') return this.#setKey(name, ':')
    if (hasColon && (token.behind === ' ' || token.behind === '\t' || token.behind === ''))
      return this.#setKey(name, ':')
    if (token.before === '<' && token.behind === '>') return this.#setKey(name, '=')
    return this.#isDirective(token) && this.#setKey(name, ' ')
  }

  /** The first word of a line or block in files such as nginx.conf, haproxy.cfg, redis.conf or a Corefile. */
  #isDirective(token: Token): boolean {
    if (this.#mode !== 'file' || this.#key !== undefined || this.#values > 0) return false
    if (token.start !== this.#start && token.before !== ' ') return false
    return (token.behind === ' ' || token.behind === '\t') && /^[a-zA-Z][\w-]*$/.test(token.text)
  }

  #setKey(key: string | undefined, assign: '=' | ':' | ' '): true {
    this.#key = key
    this.#assign = assign
    this.#values = 0
    this.#isBehindComma = false
    this.#isGuarded = key !== undefined && isGuardKey(key)
    return true
  }

  /** `;` ends a directive; `,` a setting of JSON when another key follows. Lists of addresses go on behind both. */
  #endsSetting(token: Token, following: Token | undefined): boolean {
    if (token.behind === ';') return this.#assign === ' ' && this.#values > 0
    return token.next === ',' && following !== undefined && following.before === '"' && following.next === ':'
  }

  #value(token: Token, take: Take): void {
    // The indicator of a YAML block: `key: |-`.
    if (token.text === '-' || token.text === '+') return
    const key = this.#key ?? this.#context.key
    const isFirst = this.#values === 0 || this.#isBehindComma
    this.#values++
    if (this.#context.guarded || this.#isGuarded) return
    take(token, key, {
      bareWord: () => this.#isBareHost(token, key, isFirst),
      hostPort: () => this.#isHostPort(key, isFirst),
    })
  }

  /** Whether a bare word would be the whole value of a key for hosts, or an item of its list. */
  #isBareHost(token: Token, key: string, isFirst: boolean): boolean {
    if (this.#isServerOfDirective(token)) return true
    if (!isFirst || !this.#namesHost(key)) return false
    if (this.#assign === ' ' && this.#key !== undefined)
      return token.behind === ';' || (this.#context.isInSection && token.next === '' && token.behind === '')
    if (this.#assign === '=' && token.behind !== '') return true
    return ['', ',', '}', ']', ';', '<'].includes(token.next)
  }

  /** `HOST=db` inside of a text is a setting of what it is about; as a variable it is the process's own. */
  #namesHost(key: string): boolean {
    return (
      namesHost(key) || (this.#key !== undefined && this.#mode === 'value' && /^host(?:name)?$/i.test(key))
    )
  }

  /** `replicaof redis-0 6379`, `sentinel monitor main redis-0 6379 2` of redis.conf. */
  #isServerOfDirective({ before, behind, next }: Token): boolean {
    if (this.#mode !== 'file' || this.#assign !== ' ' || before !== ' ' || behind !== ' ') return false
    if (!/[0-9]/.test(next)) return false
    const position = this.#key === undefined ? undefined : serverPositions.get(this.#key.toLowerCase())
    return position === this.#values
  }

  #isHostPort(key: string, isFirst: boolean): boolean {
    if (namesThing(key)) return false
    if (this.#mode !== 'file' || namesPeer(key)) return true
    return isFirst && this.#key !== undefined && this.#assign !== ' '
  }
}
