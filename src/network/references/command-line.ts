import type { Container, Probe } from '../../snapshot/kinds/pod-spec.ts'
import type { Workload } from '../workloads/workload.ts'
import { scanCommand, type WordFound } from './commands.ts'
import type { Dial, DialSourceKind } from './dial.ts'
import { dialOf, sourceOf } from './dials.ts'
import type { Environment } from './environment.ts'
import { expandReferences, expandScript } from './expansion.ts'
import { isLoopbackHost } from './hosts.ts'
import { isScriptFlag, type Word } from './shell.ts'
import { WrittenText } from './written-text.ts'

/** One command line of a container, by the fields that hold its words. */
interface CommandLine {
  readonly parts: readonly {
    readonly field: string
    readonly kind: DialSourceKind
    readonly words: readonly string[]
  }[]
  /** Whether the kubelet replaces `$(VAR)` in it. */
  readonly isExpanded: boolean
}

/** What a container dials by its command and args, shell scripts among them. */
export function commandDials(
  container: Container,
  path: string,
  workload: Workload,
  environment: Environment,
): readonly Dial[] {
  const { command = [], args = [] } = container
  const line: CommandLine = {
    parts: [
      { field: `${path}.command`, kind: 'command', words: command },
      { field: `${path}.args`, kind: 'args', words: args },
    ],
    isExpanded: true,
  }
  return dialsOf(line, container, workload, environment)
}

/**
 * What a container dials by the commands of its probes and lifecycle hooks. What these ask of the pod itself is no dial;
 * httpGet and tcpSocket are the kubelet's. The kubelet expands probes only: prober.go, lifecycle/handlers.go.
 */
export function handlerDials(
  container: Container,
  path: string,
  workload: Workload,
  environment: Environment,
): readonly Dial[] {
  const { readinessProbe, livenessProbe, startupProbe, lifecycle } = container
  const probes: readonly (readonly [string, Pick<Probe, 'exec'> | undefined])[] = [
    ['readinessProbe', readinessProbe],
    ['livenessProbe', livenessProbe],
    ['startupProbe', startupProbe],
  ]
  const hooks = [
    ['lifecycle.postStart', lifecycle?.postStart],
    ['lifecycle.preStop', lifecycle?.preStop],
  ] as const
  const linesOf = (
    handlers: readonly (readonly [string, Pick<Probe, 'exec'> | undefined])[],
    kind: 'probe' | 'lifecycle',
  ): readonly CommandLine[] =>
    handlers.flatMap(([name, handler]) => {
      const words = handler?.exec?.command ?? []
      const field = `${path}.${name}.exec.command`
      return words.length === 0 ? [] : [{ parts: [{ field, kind, words }], isExpanded: kind === 'probe' }]
    })
  return [...linesOf(probes, 'probe'), ...linesOf(hooks, 'lifecycle')]
    .flatMap((line) => dialsOf(line, container, workload, environment))
    .filter(({ host }) => !isLoopbackHost(host))
}

function dialsOf(
  { parts, isExpanded }: CommandLine,
  container: Container,
  workload: Workload,
  { lookup }: Environment,
): readonly Dial[] {
  const texts = parts.flatMap(({ field, kind, words }) =>
    words.map((value, index) =>
      WrittenText.of({
        object: workload.reference,
        field: `${field}[${index}]`,
        kind,
        container: container.name,
        value,
      }),
    ),
  )
  const expanded = texts.map((text, index) => {
    const value = isExpanded ? expandReferences(text, lookup) : text
    return isScriptFlag(texts[index - 1]?.text ?? '')
      ? expandScript(value, workload.namespace, lookup)
      : value
  })
  const words = new Map(expanded.map((text): [Word, WrittenText] => [{ text: text.text, start: 0 }, text]))
  return scanCommand([...words.keys()]).flatMap((found) => dialIn(found, words) ?? [])
}

function dialIn({ word, found, portIn }: WordFound, words: ReadonlyMap<Word, WrittenText>): Dial | undefined {
  const text = words.get(word)
  if (text === undefined) return undefined
  const portText = portIn === undefined ? undefined : words.get(portIn.word)
  if (portIn === undefined || portText === undefined) return dialOf(found, text)
  return { ...dialOf(found, text), portWritten: true, portSource: sourceOf(portText, portIn.span) }
}
