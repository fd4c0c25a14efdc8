import { setTimeout as pause } from 'node:timers/promises'
import { waitFor } from '../harness/wait.ts'
import type { Stage } from './stage.ts'

/** How one attempt to connect ended. A policy that denies may show as any but `connected`: that is the enforcer's choice. */
export type Outcome = 'connected' | 'refused' | 'timeout' | 'unreachable'

/** Who connects: a pod (`pod/a`, `deployment/curl`) whose image has bash, in the namespace of its stage. */
export interface Caller {
  readonly stage: Stage
  readonly pod: string
}

/** Where to: something listens there, or what is refused by nobody could be taken for a denial. */
export interface Target {
  readonly address: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
}

/** What one caller got from one target. */
export interface Sample {
  readonly caller: Caller
  readonly target: Target
  readonly outcome: Outcome
}

const timeoutSeconds = 2
const attemptsAtOnce = 80
const callersAtOnce = 4

/**
 * Reads lines `NUMBER PROTOCOL ADDRESS PORT`, connects to all of them side by side, and prints `NUMBER OUTCOME`. UDP counts as
 * connected when the server answers: bash reads a socket byte by byte, and one byte is all that a datagram gives it. `timeout` ends
 * with 124, and busybox's with 143.
 */
const script = `
attempt() {
  local said status
  case $2 in
    TCP) said=$(timeout ${timeoutSeconds} bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$3" "$4" 2>&1) ;;
    UDP) said=$(timeout ${timeoutSeconds} bash -c 'exec 3<>"/dev/udp/$0/$1" && echo hostname >&3 && read -r -N 1 -u 3' "$3" "$4" 2>&1) ;;
  esac
  status=$?
  case "$status $said" in
    0*) echo "$1 connected" ;;
    124* | 143*) echo "$1 timeout" ;;
    *refused*) echo "$1 refused" ;;
    *"No route to host"* | *unreachable*) echo "$1 unreachable" ;;
    *) echo "$1 failed $said" ;;
  esac
}
started=0
while read -r number protocol address port; do
  attempt "$number" "$protocol" "$address" "$port" &
  (( ++started % ${attemptsAtOnce} )) || wait
done
wait
`

/** Connects from every caller to every target, really, and tells how each attempt ended: caller by caller, in target order. */
export async function sampleConnections(
  callers: readonly Caller[],
  targets: readonly Target[],
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (let first = 0; first < callers.length; first += callersAtOnce) {
    const some = callers.slice(first, first + callersAtOnce)
    samples.push(...(await Promise.all(some.map((caller) => sampleFrom(caller, targets)))).flat())
  }
  return samples
}

async function sampleFrom(caller: Caller, targets: readonly Target[]): Promise<readonly Sample[]> {
  const lines = targets.map(
    ({ protocol, address, port }, number) => `${number} ${protocol} ${address} ${port}\n`,
  )
  const { exitCode, stdout, stderr } = await caller.stage.exec(
    caller.pod,
    ['bash', '-c', script],
    lines.join(''),
  )
  if (exitCode !== 0) throw new Error(`${caller.pod}: exit code ${exitCode}\n${stderr}`)
  const outcomes = new Map(stdout.split('\n').map(parseLine))
  return targets.map((target, number) => {
    const outcome = outcomes.get(number)
    if (outcome === undefined)
      throw new Error(`${describe(caller, target)} said nothing:\n${stdout}${stderr}`)
    return { caller, target, outcome }
  })
}

const known: readonly Outcome[] = ['connected', 'refused', 'timeout', 'unreachable']

function parseLine(line: string): [number: number, outcome: Outcome | undefined] {
  const [number = '', word] = line.split(' ')
  return [number === '' ? -1 : Number(number), known.find((outcome) => outcome === word)]
}

/** What is expected of one attempt; `undefined` where anything may happen. */
export type Expectation = (caller: Caller, target: Target) => boolean | undefined

/**
 * Samples until two samples in a row, a second apart, are as expected: policies and their removal need a moment to get to the
 * nodes. Throws with the attempts that ended otherwise when that never comes.
 */
export async function expectConnections(
  callers: readonly Caller[],
  targets: readonly Target[],
  isAllowed: Expectation,
): Promise<void> {
  let wrong: readonly string[] = []
  const isAsExpected = async () => {
    const samples = await sampleConnections(callers, targets)
    wrong = samples.flatMap((sample) => contradiction(sample, isAllowed) ?? [])
    return wrong.length === 0
  }
  const twice = async () => {
    if (!(await isAsExpected())) return false
    await pause(1000)
    return isAsExpected()
  }
  await waitFor(() => `connections as expected; otherwise ended\n${wrong.join('\n')}\n`, twice, {
    timeoutMs: 30_000,
    intervalMs: 300,
  })
}

function contradiction({ caller, target, outcome }: Sample, isAllowed: Expectation): string | undefined {
  const expected = isAllowed(caller, target)
  if (expected === undefined || expected === (outcome === 'connected')) return undefined
  return `${describe(caller, target)}: ${outcome}, expected to be ${expected ? 'allowed' : 'denied'}`
}

function describe({ stage, pod }: Caller, { protocol, address, port }: Target): string {
  return `${stage.namespace} ${pod} -> ${protocol} ${address}:${port}`
}
