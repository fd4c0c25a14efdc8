import { commandsOf, isScriptFlag } from '../../network/references/shell.ts'
import { runningContainers } from '../../network/workloads/workload.ts'
import type { Container, PodSpec } from '../../snapshot/kinds/pod-spec.ts'

const shells = new Set(['sh', 'bash', 'ash', 'dash', 'zsh', 'busybox'])

/** Commands that wait, look or ask, and never serve. */
const idle = new Set(
  (
    'sleep tail cat watch pause true false : echo printf date test [ [[ while until for do done if then else elif fi in ' +
    'case esac break continue set export trap wait exit local read let curl wget ping nslookup dig host getent grep egrep ' +
    'awk sed cut head tr sort uniq wc seq jq env id hostname uname ls mkdir touch rm cp mv chmod kubectl apk apt apt-get ' +
    'yum psql redis-cli mysql nc telnet'
  ).split(' '),
)

const words = new Set(['while', 'until', 'do', 'then', 'else', 'if', '!', 'time', 'exec', 'for', 'elif'])

/** Whether a pod declares no port and no probe, and every command in it only sleeps or calls others. */
export function runsNoServer(spec: PodSpec): boolean {
  const containers = runningContainers(spec)
  return containers.length > 0 && containers.every((item) => declaresNothing(item) && isIdleCommand(item))
}

function declaresNothing({ ports, readinessProbe, livenessProbe, startupProbe }: Container): boolean {
  return (
    ports.length === 0 && [readinessProbe, livenessProbe, startupProbe].every((probe) => probe === undefined)
  )
}

/**
 * Whether a container's command is a shell or a sleep that serves nothing: `sleep infinity`, `tail -f /dev/null`, or a
 * script of which every command only waits, looks or asks. `false` when the image's own entrypoint runs.
 */
export function isIdleCommand({ command = [], args = [] }: Container): boolean {
  const [program, ...rest] = [...command, ...args]
  if (command.length === 0 || program === undefined) return false
  const name = baseName(program)
  if (name === 'sleep' || name === 'pause') return true
  if (name === 'tail' || name === 'cat') return rest.some((item) => item === '/dev/null') || rest.length === 0
  if (!shells.has(name)) return false
  const flag = rest.findIndex(isScriptFlag)
  const script = flag === -1 ? undefined : rest[flag + 1]
  // A shell without a script waits for its input; one with a file runs something unknown.
  if (script === undefined) return rest.every((item) => item.startsWith('-'))
  return isIdleScript(script)
}

function isIdleScript(script: string): boolean {
  const commands = commandsOf(script).map((command) => command.map(({ text }) => text))
  return commands.length > 0 && commands.every(isIdleLine)
}

function isIdleLine(line: readonly string[]): boolean {
  const at = line.findIndex((word) => !words.has(word) && !/^\w+=/.test(word))
  const name = line[at]
  if (name === undefined) return true
  // nc -l listens; every other use of it asks.
  if (baseName(name) === 'nc' && line.some((word) => /^-\w*l/.test(word))) return false
  return idle.has(baseName(name)) || line[at - 1] === 'for'
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
