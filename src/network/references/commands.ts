import { type Client, clients, sentFlags, talkers } from './clients.ts'
import { FlagPorts, type WrittenPort } from './flag-pairs.ts'
import { type Found, type Span, shifted } from './found.ts'
import { isFileName, isSetting } from './guards.ts'
import { readHostPort, readPort } from './hosts.ts'
import { scan } from './scan.ts'
import { commandsOf, isScriptFlag, type Word } from './shell.ts'

/** Finds what the commands of a shell script dial. Positions are those of the script. */
export function scanScript(script: string): readonly Found[] {
  const commands = commandsOf(script)
  // Variables that the script sets for the programs that it starts.
  const settings = new FlagPorts(commands.flatMap((words) => words.filter(({ text }) => isAssignment(text))))
  return commands.flatMap((words) =>
    scanCommand(words).flatMap(({ word, found, portIn = portOf(found, word, settings) }) => {
      const placed = shifted(found, word.start)
      if (portIn === undefined) return placed
      const [start, end] = portIn.span
      return {
        ...placed,
        port: portIn.port,
        portSpan: [portIn.word.start + start, portIn.word.start + end],
      }
    }),
  )
}

const isAssignment = (text: string): boolean => /^[A-Za-z_]\w*=/.test(text)

/** An address and the word that it stands in; its spans are positions in that word. */
export interface WordFound {
  readonly word: Word
  readonly found: Found
  /** Where the port is written when that is another word: `nc db 5432`. */
  readonly portIn?: WrittenPort | undefined
}

/** Finds what one command dials: the addresses in its words, and the host operand of well-known clients. */
export function scanCommand(words: readonly Word[]): readonly WordFound[] {
  const name = programOf(words)
  if (name !== undefined && talkers.has(name)) return words.flatMap(insideOf)
  const known = name === undefined ? undefined : clients.get(name)
  const operands = known === undefined ? [] : operandsOf(words, known)
  const taken = new Set(operands.map(({ word }) => word))
  const isSent = (index: number): boolean =>
    known?.positional === 'host' &&
    (sentFlags.has(words[index - 1]?.text ?? '') || sentFlags.has(words[index]?.text.split('=')[0] ?? ''))
  const found = words.flatMap((word, index) =>
    taken.has(word) || isSent(index) ? [] : scanWord(words, index),
  )
  if (found.length === 0) return operands
  const ports = new FlagPorts(words)
  return [...operands, ...found.map((item) => ({ ...item, ...withPort(item, ports) }))]
}

/** What is dialled by a command whose words are only printed or compared: redirections, and commands inside of `$( )`. */
function insideOf(word: Word): readonly WordFound[] {
  const { text } = word
  if (/\/dev\/(?:tcp|udp)\//.test(text))
    return scan(text, { mode: 'argument' }).map((found) => ({ word, found }))
  const open = text.indexOf('$(')
  if (open === -1) return []
  const close = text.lastIndexOf(')')
  const inner = text.slice(open + 2, close > open ? close : text.length)
  return scanScript(inner).map((found) => ({ word, found: shifted(found, open + 2) }))
}

function withPort(item: WordFound, ports: FlagPorts): Partial<WordFound> {
  const portIn = portOf(item.found, item.word, ports)
  return portIn === undefined ? {} : { found: { ...item.found, port: portIn.port }, portIn }
}

/** The port of a host that stands alone, from the word that holds it. */
function portOf({ port, scheme }: Found, word: Word, ports: FlagPorts): WrittenPort | undefined {
  return port !== undefined || scheme !== undefined ? undefined : ports.of(word)
}

/** The program of a command, without its folder and the words before it: assignments, `until`, `exec`, `timeout 5`. */
function programOf(words: readonly Word[]): string | undefined {
  return words[programIndex(words)]?.text.split('/').at(-1)
}

const prefixes = new Set('if then else elif while until do ! exec time sudo command nohup'.split(' '))

function programIndex(words: readonly Word[]): number {
  const index = words.findIndex(
    ({ text }, at) =>
      !prefixes.has(text) &&
      !/^[A-Za-z_]\w*=/.test(text) &&
      text !== 'timeout' &&
      words[at - 1]?.text !== 'timeout',
  )
  return index === -1 ? words.length : index
}

function scanWord(words: readonly Word[], index: number): readonly WordFound[] {
  const word = words[index]
  const previous = words[index - 1]?.text ?? ''
  if (word === undefined) return []
  const isScript = isScriptFlag(previous) && /\s/.test(word.text)
  if (isScript) return scanScript(word.text).map((found) => ({ word, found }))
  const key = previous.startsWith('-') && !previous.includes('=') ? previous : undefined
  return scan(word.text, { key, mode: 'argument' }).map((found) => ({ word, found }))
}

/** An operand: a word, or what follows the flag in `-hdb` and `--host=db`. */
interface Operand {
  readonly word: Word
  readonly text: string
  readonly offset: number
}

/** `nc -z db 5432`, `curl auth/health`, `psql -h db -p 5432`. */
function operandsOf(words: readonly Word[], client: Client): readonly WordFound[] {
  const own = words.slice(programIndex(words) + 1)
  if (own.some(({ text }) => text === '-l' || text === '--listen')) return []
  const [first, second] = positionals(own, client)
  const host = client.positional === undefined ? flagged(own, client.hostFlags ?? []) : first
  const found = host === undefined || host.text.includes('://') ? undefined : readOperand(host.text)
  if (host === undefined || found === undefined) return []
  const { word } = host
  const placed = shifted(found, host.offset)
  const behind = client.positional === 'host-port' ? second : flagged(own, client.portFlags ?? [])
  const port = behind === undefined || found.port !== undefined ? undefined : readPort(behind.text)
  if (behind === undefined || port === undefined)
    return [{ word, found: { ...placed, port: placed.port ?? client.port } }]
  const isUdp = client.positional === 'host-port' && own.some(({ text }) => /^-[a-z]*u[a-z]*$/.test(text))
  const span: Span = [behind.offset, behind.offset + behind.text.length]
  return [
    {
      word,
      found: { ...placed, port, protocol: isUdp ? 'UDP' : 'TCP' },
      portIn: { port, word: behind.word, span },
    },
  ]
}

function readOperand(text: string): Found | undefined {
  const slash = text.indexOf('/')
  const found = readHostPort(slash === -1 ? text : text.slice(0, slash), 0)
  const isName = found?.address !== undefined || (found !== undefined && isOperandName(found.host))
  return isName ? found : undefined
}

function isOperandName(host: string): boolean {
  return !isFileName(host) && !isSetting(host) && /[a-z]/.test(host)
}

function positionals(words: readonly Word[], client: Client): readonly Operand[] {
  const operands = words.filter(({ text }, index) => {
    if (
      client.subcommands?.has(text) === true ||
      text.startsWith('-') ||
      text.startsWith('+') ||
      text.startsWith('@') ||
      text.startsWith('>') ||
      text.startsWith('<')
    )
      return false
    const previous = words[index - 1]?.text ?? ''
    if (previous === '>' || previous === '<' || /^[0-9]?>+$/.test(previous)) return false
    const isOption = /^-[a-zA-Z]+$/.test(previous)
    return !(isOption && client.takesValue.includes(previous.at(-1) ?? '-')) && !/^--[a-z-]+$/.test(previous)
  })
  return operands.map((word) => ({ word, text: word.text, offset: 0 }))
}

/** The value of a flag: the next word, or the rest of the same one. */
function flagged(words: readonly Word[], flags: readonly string[]): Operand | undefined {
  for (const [index, word] of words.entries()) {
    for (const flag of flags) {
      const next = words[index + 1]
      if (word.text === flag)
        return next === undefined ? undefined : { word: next, text: next.text, offset: 0 }
      const joined = flag.startsWith('--') ? `${flag}=` : flag
      if (word.text.startsWith(joined))
        return { word, text: word.text.slice(joined.length), offset: joined.length }
    }
  }
  return undefined
}
