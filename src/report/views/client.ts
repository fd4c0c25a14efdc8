import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import { lineOf } from '../../network/references/dial.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Path } from '../../trace/path.ts'
import { targetText } from '../connection-text.ts'
import type { Block, Document, Line } from '../document.ts'
import { escapeText } from '../escape.ts'
import { resourceName } from '../words.ts'
import { hopTable } from './hop-cells.ts'
import { passWords, verdictLine } from './outcome-words.ts'
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

function headline(diagnosis: Diagnosis, { reference }: Workload): Line {
  const calm =
    diagnosis.paths.length === 0
      ? 'dials nothing that its env, args and ConfigMaps show'
      : passWords(diagnosis)
  return verdictLine(escapeText(resourceName(reference)), diagnosis, calm)
}

function dialled(diagnosis: Diagnosis): readonly Block[] {
  const { paths } = diagnosis
  if (paths.length === 0) return []
  const { titles, rows } = hopTable(diagnosis)
  return [
    {
      kind: 'table',
      columns: ['dials', ...titles, 'written in'],
      rows: paths.map((path, row) => [
        { text: targetText(path.connection) },
        ...(rows[row] ?? []),
        { text: sourceText(path), tone: 'dim' as const },
      ]),
    },
  ]
}

/** Where the address of a connection is written first, in a few words. */
export function sourceText(path: Path): string {
  const [first] = path.connection.dials
  if (first === undefined) return ''
  const { kind, key = '', object, container = '' } = first.source
  const line = lineOf(first.source)
  const at = line === undefined ? '' : ` line ${line}`
  switch (kind) {
    case 'config-map':
      return escapeText(`cm/${object.name} ${key}${at}`)
    case 'env':
      return escapeText(`env ${key}`)
    case 'annotation':
      return escapeText(`annotation ${key}${at}`)
    case 'host-alias':
      return escapeText(`hostAliases ${key}`)
    case 'args':
    case 'command':
    case 'probe':
    case 'lifecycle':
      return escapeText(`${kind} of ${container}`)
  }
}
