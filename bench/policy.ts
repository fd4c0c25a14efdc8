// Measures policy evaluation on generated clusters, each in a process of its own: `npm run bench:policy [-- --write]`.
// Verdicts of a sample are compared with the naive evaluator of the tests, whose time is what the ratios are about.
import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { decide } from '../src/network/policy/decide.ts'
import { explainFlow } from '../src/network/policy/explain.ts'
import { Reachability } from '../src/network/policy/reachability/reachability.ts'
import type { Pod } from '../src/snapshot/kinds/pod.ts'
import { naive } from '../test/network/policy/naive.ts'
import { writeSection } from './page.ts'
import {
  type BenchWorld,
  fresh,
  numbers,
  objectsOf,
  shapes,
  type WorldShape,
  worldOf,
} from './policy-worlds.ts'

const runs = 3
const naivePairs = 60
const explainedPairs = 500
const asked = { protocol: 'TCP', port: 8080 } as const

interface Measured {
  readonly name: string
  readonly columns: number
  readonly buildMs: number
  readonly rowsMs: number
  /** Of the thread that computes, and of the whole process with its compiler and garbage collector. */
  readonly threadMs: number
  readonly cpuMs: number
  /** Before the first run: the parsed objects and what generating them left. */
  readonly objectsMiB: number
  readonly peakMiB: number
  readonly explainMs: number
  readonly naivePairMs: number
  readonly pairs: number
  readonly load: number
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

interface Run {
  readonly buildMs: number
  readonly rowsMs: number
  readonly threadMs: number
  readonly cpuMs: number
}

/** From policies as they were read to every row of one port. */
function matrixRun(world: BenchWorld): Run & { readonly reachability: Reachability } {
  const policies = fresh(world)
  const cpu = process.cpuUsage()
  const thread = process.threadCpuUsage()
  const start = performance.now()
  const reachability = new Reachability(
    world.pods.map((pod) => [pod]),
    [policies],
  )
  const built = performance.now()
  const atom = atomOf(reachability)
  let rows = 0
  for (const { passes } of reachability.rows(0, atom)) rows += passes.length > 0 ? 1 : 0
  const end = performance.now()
  const threadMs = milliseconds(process.threadCpuUsage(thread))
  const cpuMs = milliseconds(process.cpuUsage(cpu))
  if (rows !== reachability.columns.length) throw new Error(`${rows} rows`)
  return { buildMs: built - start, rowsMs: end - built, threadMs, cpuMs, reachability }
}

const milliseconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000

const timesOf = ({ buildMs, rowsMs, threadMs, cpuMs }: Run): Run => ({ buildMs, rowsMs, threadMs, cpuMs })

function atomOf(reachability: Reachability) {
  const atom = reachability.atomOf(asked.protocol, asked.port)
  if (atom === undefined) throw new Error('no port')
  return atom
}

function samplePairs(pods: readonly Pod[], count: number): readonly (readonly [Pod, Pod])[] {
  const random = numbers(7)
  return Array.from(
    { length: count },
    () => [pods[random(pods.length)], pods[random(pods.length)]] as const,
  ).flatMap(([a, b]): readonly (readonly [Pod, Pod])[] =>
    a === undefined || b === undefined || a === b ? [] : [[a, b]],
  )
}

/** CPU time of one verdict with its reasons, as `policy --from --to --explain` needs it: the mean of many. */
function explainRun(world: BenchWorld): number {
  const policies = fresh(world)
  const explain = ([a, b]: readonly [Pod, Pod]): void => {
    const source = { kind: 'pod', pod: a } as const
    const destination = { kind: 'pod', pod: b } as const
    explainFlow(decide({ source, destination, ...asked }, policies), policies)
  }
  const [first, ...pairs] = samplePairs(world.pods, explainedPairs)
  // What is read and indexed once is not counted.
  if (first !== undefined) explain(first)
  const start = process.threadCpuUsage()
  for (const pair of pairs) explain(pair)
  return milliseconds(process.threadCpuUsage(start)) / pairs.length
}

/** Milliseconds of one naive verdict; throws when the fast engine says something else. */
function naiveRun(shape: WorldShape, { pods }: BenchWorld, reachability: Reachability): number {
  const objects = [...objectsOf(shape)]
  const raw = new Map(
    objects.filter(({ kind }) => kind === 'Pod').map((pod) => [JSON.stringify(keyOf(pod)), pod]),
  )
  const columns = new Map(
    reachability.columns.flatMap(({ members }, column) =>
      members.map((member) => [reachability.pods[member]?.[0], column]),
    ),
  )
  const atom = atomOf(reachability)
  const times = samplePairs(pods, naivePairs).map(([a, b]) => {
    const [source, destination] = [a, b].map((pod) =>
      raw.get(JSON.stringify(keyOf({ metadata: pod.metadata }))),
    )
    const [from, to] = [columns.get(a), columns.get(b)]
    if (source === undefined || destination === undefined || from === undefined || to === undefined)
      throw new Error('no pod')
    const start = performance.now()
    const { outcome } = naive(objects, {
      source: { kind: 'pod', pod: source },
      destination: { kind: 'pod', pod: destination },
      throughService: false,
      ...asked,
    })
    const time = performance.now() - start
    const fast = reachability.outcome(0, from, to, atom)
    if (fast !== outcome)
      throw new Error(`${a.metadata.name} -> ${b.metadata.name}: ${fast}, naive says ${outcome}`)
    return time
  })
  return median(times)
}

function keyOf(object: { readonly metadata?: unknown }): unknown {
  const { namespace, name } = object.metadata as { namespace: string; name: string }
  return [namespace, name]
}

function measure(shape: WorldShape): Measured {
  const world = worldOf(shape)
  const objectsMiB = process.resourceUsage().maxRSS / 1024
  // Memory is that of one: no command makes more.
  let last = matrixRun(world)
  const peakMiB = process.resourceUsage().maxRSS / 1024
  const measured: Run[] = [timesOf(last)]
  while (measured.length < runs) {
    last = matrixRun(world)
    measured.push(timesOf(last))
  }
  const explainMs = explainRun(world)
  return {
    name: shape.name,
    columns: last.reachability.columns.length,
    buildMs: median(measured.map(({ buildMs }) => buildMs)),
    rowsMs: median(measured.map(({ rowsMs }) => rowsMs)),
    threadMs: median(measured.map(({ threadMs }) => threadMs)),
    cpuMs: median(measured.map(({ cpuMs }) => cpuMs)),
    objectsMiB,
    peakMiB,
    explainMs,
    naivePairMs: naiveRun(shape, world, last.reachability),
    pairs: shape.pods * (shape.pods - 1),
    load: loadavg()[0] ?? 0,
  }
}

const columns = [
  'world',
  'columns',
  'build',
  'rows',
  'together',
  'CPU: thread, process',
  'RSS before, peak',
  'explain',
  'naive, all pairs',
  'ratio',
  'load',
]

function cells(result: Measured): readonly string[] {
  const together = result.buildMs + result.rowsMs
  const naiveMs = result.naivePairMs * result.pairs
  const ms = (value: number): string =>
    `${value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en')} ms`
  return [
    result.name,
    result.columns.toLocaleString('en'),
    ms(result.buildMs),
    ms(result.rowsMs),
    ms(together),
    `${ms(result.threadMs)}, ${ms(result.cpuMs)}`,
    `${Math.round(result.objectsMiB)}, ${Math.round(result.peakMiB)} MiB`,
    ms(result.explainMs),
    `${Math.round(naiveMs / 1000).toLocaleString('en')} s`,
    `${Math.round(naiveMs / together).toLocaleString('en')}`,
    result.load.toFixed(1),
  ]
}

function main(): void {
  const only = process.argv.indexOf('--shape')
  if (only !== -1) {
    const shape = shapes[Number(process.argv[only + 1])]
    if (shape !== undefined) process.stdout.write(JSON.stringify(measure(shape)))
    return
  }
  const lines = [`| ${columns.join(' | ')} |`, `|${columns.map(() => ' --- |').join('')}`]
  for (const index of shapes.keys()) {
    const output = execFileSync(
      process.execPath,
      [fileURLToPath(import.meta.url), '--shape', String(index)],
      { encoding: 'utf8' },
    )
    const measured: Measured = JSON.parse(output)
    lines.push(`| ${cells(measured).join(' | ')} |`)
    process.stdout.write(`${lines.at(-1)}\n`)
  }
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node.js ${process.version}`
  if (process.argv.includes('--write'))
    writeSection('bench:policy', [`Measured on ${machine}.`, '', ...lines].join('\n'))
}

main()
