import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Path } from '../../trace/path.ts'
import { targetText } from '../connection-text.ts'
import type { Block, Document, Line } from '../document.ts'
import { escapeText } from '../escape.ts'
import { count, resourceName } from '../words.ts'
import { hopCells, hopTitles } from './hop-cells.ts'
import type { ViewOptions } from './problem.ts'
import { notesBlock, problemBlocks } from './scan.ts'

/** One client: everything that it dials, hop by hop. */
export function clientView(diagnosis: Diagnosis, workload: Workload, options: ViewOptions): Document {
  return [
    { kind: 'headline', line: headline(diagnosis, workload) },
    ...dialled(diagnosis),
    ...problemBlocks(diagnosis, options),
    ...notesBlock(diagnosis, options),
  ]
}

function headline({ verdict, paths }: Diagnosis, { reference }: Workload): Line {
  const affected = verdict.connections.broken + verdict.connections.suspect
  const name = { text: escapeText(resourceName(reference)), tone: 'strong' } as const
  if (paths.length === 0)
    return [
      { text: '· ', tone: 'dim' },
      name,
      { text: ' dials nothing that its env, args and ConfigMaps show' },
    ]
  if (affected > 0)
    return [
      { text: '✗ ', tone: 'bad' },
      name,
      {
        text: `: ${affected} of ${count(paths.length, 'connection')} ${affected === 1 ? 'is' : 'are'} affected`,
      },
    ]
  if (verdict.connections.unknown > 0)
    return [
      { text: '? ', tone: 'unknown' },
      name,
      { text: `: ${verdict.connections.unknown} of ${count(paths.length, 'connection')} cannot be judged` },
    ]
  return [
    { text: '✓ ', tone: 'good' },
    name,
    { text: `: all ${count(paths.length, 'connection')} pass as far as was checked` },
  ]
}

function dialled(diagnosis: Diagnosis): readonly Block[] {
  const { paths } = diagnosis
  if (paths.length === 0) return []
  const rows = paths.map((path) => [
    { text: targetText(path.connection) },
    ...hopCells(path, diagnosis),
    { text: source(path), tone: 'dim' as const },
  ])
  return [{ kind: 'table', columns: ['dials', ...hopTitles, 'written in'], rows }]
}

function source(path: Path): string {
  const [first] = path.connection.dials
  if (first === undefined) return ''
  const { kind, key, object, container } = first.source
  if (kind === 'config-map') return escapeText(`cm/${object.name} ${key ?? ''}`)
  return escapeText(key === undefined ? `${kind} of ${container ?? ''}` : `env ${key}`)
}
