// Measures reading and diagnosing generated clusters: `npm run bench [-- [--once] [--write] SIZE...]`. Writes its section of
// docs/performance.md when all sizes were measured, or on request. Every figure is a ratio to the floor of the same run; what was
// found is compared with what was planted.

import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { figuresText } from './figures-text.ts'
import { writeSection } from './page.ts'
import {
  type Figures,
  measureProgram,
  measureStarts,
  measureStep,
  median,
  type StepFigures,
  withServer,
} from './processes.ts'
import { writeCluster } from './world/cluster.ts'

const sizes = [1_000, 10_000, 50_000, 150_000]
const words = process.argv.slice(2)
const asked = words.filter((word) => !word.startsWith('--')).map(Number)
const isOnce = words.includes('--once')
const wanted = asked.length > 0 ? asked : sizes

/** The share of a large cluster that a question about one Service may read. */
const mostOfService = 0.03

/** Small clusters are measured several times, because a moment's noise is a large part of a short time. */
const repeats = (pods: number): number => (isOnce ? 1 : pods <= 10_000 ? 5 : pods <= 50_000 ? 3 : 1)

async function measure(pods: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'netdoctor-bench-'))
  try {
    const { expected, bytes } = writeCluster(folder, pods)
    return await withServer(folder, async (server) => {
      const runs: { floor: StepFigures['floor']; scan: StepFigures['scan'] }[] = []
      for (let run = 0; run < repeats(pods); run++) {
        const floor = await measureStep('floor', server.kubeconfig)
        const scan = await measureStep('scan', server.kubeconfig)
        if (!isDeepStrictEqual(sorted(scan.found), sorted(expected)))
          throw new Error(
            `${pods} pods: planted ${JSON.stringify(sorted(expected))}, found ${JSON.stringify(sorted(scan.found))}`,
          )
        runs.push({ floor, scan })
      }
      await server.takeBytes()
      const whole = await measureProgram(['-A', '-o', 'json'], server.kubeconfig)
      const wholeBytes = await server.takeBytes()
      const table = await measureProgram(['-A'], server.kubeconfig)
      await server.takeBytes()
      const one = await measureProgram(['svc', 'orders-1', '-n', 'team-0', '-o', 'json'], server.kubeconfig)
      const oneBytes = await server.takeBytes()
      if (pods >= 50_000 && oneBytes > wholeBytes * mostOfService)
        throw new Error(`${pods} pods: svc NAME read ${oneBytes} of ${wholeBytes} bytes`)
      const of = (pick: (run: (typeof runs)[number]) => number): number => median(runs.map(pick))
      return {
        pods,
        megabytes: bytes / 1e6,
        floorMs: of(({ floor }) => floor.ms),
        read: of(({ floor, scan }) => scan.readMs / floor.ms),
        model: of(({ floor, scan }) => scan.modelMs / floor.ms),
        fixes: of(({ floor, scan }) => scan.fixesMs / floor.ms),
        tried: runs[0]?.scan.tried ?? 0,
        findings: Object.values(expected).reduce((sum, count) => sum + count, 0),
        peakMiB: table.peakMiB,
        peakJsonMiB: whole.peakMiB,
        wholeMs: table.ms,
        serviceMs: one.ms,
        serviceShare: oneBytes / wholeBytes,
      }
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const figures: Figures[] = []
for (const pods of wanted) {
  const figure = await measure(pods)
  figures.push(figure)
  process.stdout.write(`${JSON.stringify(figure)}\n`)
}
const machine = {
  cores: availableParallelism(),
  model: cpus()[0]?.model ?? '',
  load: loadavg()[0] ?? 0,
  node: process.version,
}
const text = figuresText(figures, await measureStarts(), machine)
process.stdout.write(text)
if (asked.length === 0 || words.includes('--write')) {
  writeSection('bench', text)
}
