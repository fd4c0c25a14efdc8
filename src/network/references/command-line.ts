import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import { scanCommand } from './commands.ts'
import type { Dial } from './dial.ts'
import { dialOf, sourceOf } from './dials.ts'
import type { Environment } from './environment.ts'
import { expandReferences, expandShell, type Lookup } from './expansion.ts'
import { isScriptFlag, type Word } from './shell.ts'
import { WrittenText } from './written-text.ts'

/** What a container dials by its command and args, shell scripts among them. */
export function commandDials(
  container: Container,
  path: string,
  object: ObjectReference,
  environment: Environment,
): readonly Dial[] {
  const lookup: Lookup = (name) => environment.variables.get(name)
  const texts = [...written('command', container.command), ...written('args', container.args)]
  const expanded = texts.map((text, index) => {
    const value = expandReferences(text, lookup)
    return isScriptFlag(texts[index - 1]?.text ?? '') ? expandShell(value, lookup) : value
  })
  const words = new Map(expanded.map((text): [Word, WrittenText] => [{ text: text.text, start: 0 }, text]))
  return scanCommand([...words.keys()]).flatMap(({ word, found, portIn }) => {
    const text = words.get(word)
    if (text === undefined) return []
    const portText = portIn === undefined ? undefined : words.get(portIn.word)
    if (portIn === undefined || portText === undefined) return [dialOf(found, text)]
    return [{ ...dialOf(found, text), portWritten: true, portSource: sourceOf(portText, portIn.span) }]
  })

  function written(kind: 'command' | 'args', values: readonly string[] = []): readonly WrittenText[] {
    return values.map((value, index) =>
      WrittenText.of({ object, field: `${path}.${kind}[${index}]`, kind, container: container.name, value }),
    )
  }
}
