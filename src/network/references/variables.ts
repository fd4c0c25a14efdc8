import type { Dial } from './dial.ts'
import { dialOf, sourceOf } from './dials.ts'
import type { Environment } from './environment.ts'
import { hidden } from './expansion.ts'
import { readPort } from './hosts.ts'
import { isGuardKey, pairKey } from './key-words.ts'
import { scan } from './scan.ts'
import { switchedOff } from './switches.ts'
import type { WrittenText } from './written-text.ts'

/** What a container dials by its environment, with the hosts and ports that stand in two variables. */
export function variableDials(environment: Environment): readonly Dial[] {
  const shown = [...environment.variables].flatMap(([name, text]) =>
    text === hidden ? [] : [{ name, text }],
  )
  const isOff = switchedOff(shown.map(({ name, text }) => [name, text.text] as const))
  const ports = portVariables(shown)
  return shown.flatMap(({ name, text }) => {
    if (isOff(name) || isGuardKey(name)) return []
    const found = scan(text.text, { key: name, mode: text.text.includes('\n') ? 'file' : 'value' })
    const dials = found.map((item) => dialOf(item, text))
    const [only] = dials
    // A port in a variable of its own belongs to a variable that holds one bare host and no more.
    if (only === undefined || dials.length > 1 || only.port !== undefined || only.scheme !== undefined)
      return dials
    const port = ports.get(pairKey(name)?.stems[0] ?? '')
    return [
      port === undefined
        ? only
        : { ...only, port: port.port, portWritten: true, portSource: sourceOf(port.text, port.span) },
    ]
  })
}

interface PortVariable {
  readonly port: number
  readonly text: WrittenText
  readonly span: readonly [start: number, end: number]
}

/** Port variables by what they share with their host's. `PORT` alone is what the container itself listens on. */
function portVariables(
  shown: readonly { readonly name: string; readonly text: WrittenText }[],
): ReadonlyMap<string, PortVariable> {
  const ports = new Map<string, PortVariable>()
  for (const exact of [false, true]) {
    for (const { name, text } of shown) {
      const pair = pairKey(name)
      const port = readPort(text.text)
      if (pair?.part !== 'port' || port === undefined) continue
      for (const stem of exact ? pair.stems.slice(0, 1) : pair.stems.slice(1)) {
        if (stem !== '') ports.set(stem, { port, text, span: [0, text.text.length] })
      }
    }
  }
  return ports
}
