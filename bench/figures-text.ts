import type { Figures } from './processes.ts'

export interface Machine {
  readonly cores: number
  readonly model: string
  /** Processes that wanted to run in the last minute, at the end. */
  readonly load: number
  readonly node: string
}

const number = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })

/** The section of docs/performance.md on whole clusters, from the figures of a run. */
export function figuresText(
  figures: readonly Figures[],
  starts: Readonly<Record<string, number>>,
  machine: Machine,
): string {
  const rows = figures.map((figure) => [
    number(figure.pods),
    `${number(figure.megabytes)} MB`,
    `${number(figure.floorMs / 1_000, 2)} s`,
    `${number(figure.read, 2)} x`,
    `${number(figure.model, 2)} x`,
    `${number(figure.fixes, 2)} x (${figure.tried})`,
    `${number(figure.peakMiB)} MiB`,
    `${number(figure.peakJsonMiB)} MiB`,
    `${number(figure.wholeMs / 1_000, 2)} s`,
    `${number(figure.serviceMs / 1_000, 2)} s`,
    `${number(figure.serviceShare * 100, 2)} %`,
    number(figure.findings),
  ])
  const head = [
    'pods',
    'lists',
    'floor',
    'reading',
    'model, rules',
    'fixes (tried)',
    'peak memory',
    'with -o json',
    'scan -A',
    'svc NAME',
    'its bytes',
    'findings',
  ]
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const started = Object.entries(starts).map(([name, ratio]) => `${name} ${number(ratio, 2)} x`)
  return `${machine.cores} cores (${machine.model}), Node.js ${machine.node}, load ${number(machine.load, 1)} at the end.

${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}

From start to end, as a multiple of \`node -e 0\`: ${started.join(', ')}.`
}
