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

/** docs/performance.md, from the figures of a run. */
export function page(figures: readonly Figures[], machine: Machine): string {
  const rows = figures.map((figure) => [
    number(figure.pods),
    `${number(figure.megabytes)} MB`,
    `${number(figure.floorMs / 1_000, 2)} s`,
    `${number(figure.read, 2)} x`,
    `${number(figure.model, 2)} x`,
    `${number(figure.fixes, 2)} x (${figure.tried})`,
    `${number(figure.peakMiB)} MiB`,
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
    'scan -A',
    'svc NAME',
    'its bytes',
    'findings',
  ]
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return `# Performance

Written by \`npm run bench\`; do not edit. ${machine.cores} cores (${machine.model}), Node.js ${machine.node}, load ${number(machine.load, 1)} at the end.

The clusters are generated: ten pods behind each Service, pods of 5 to 15 kB with managedFields, five references a
workload, policies in 30 % of the namespaces, one Service of fifty broken. They are served over TLS on loopback. The
*floor* fetches and parses the same pages and does nothing else; *reading*, *model, rules* and *fixes* are multiples of
it, medians of the same run. *scan -A* and *svc NAME* are the built program from start to exit, and *peak memory* is that
of the scan. *Its bytes* are what \`svc NAME\` reads, as a share of what the scan reads. Every scan is compared with the
findings that were planted.

${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}
`
}
