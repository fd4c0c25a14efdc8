import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Question } from '../../src/diagnosis/question.ts'
import { manifestCoverage } from '../../src/snapshot/files/coverage.ts'
import { newestTime } from '../../src/snapshot/files/newest-time.ts'
import { isRecord, type Json, record, text, texts } from '../../src/snapshot/kinds/json.ts'
import { isKindName, type KubeObject, parseObject } from '../../src/snapshot/kinds/kinds.ts'
import type { Coverage, Gap, Snapshot } from '../../src/snapshot/snapshot.ts'

/** A small cluster with a question and the exact answer, as docs/writing-a-rule.md describes it. */
export interface Fixture {
  readonly path: string
  /** `area/rule`, from its folder. */
  readonly rule: string
  readonly outcome: 'broken' | 'healthy' | 'unknown'
  readonly question: Question
  /** Errors and warnings: `SEVERITY RULE KIND/NAME`, sorted. */
  readonly expect: readonly string[]
  readonly notes: readonly string[]
  readonly fix?: string | undefined
  readonly gaps: readonly Gap[]
  readonly snapshot: Snapshot
}

const root = 'fixtures'

/** Every fixture file below fixtures/AREA/RULE. */
export function fixturePaths(): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(broken|healthy|unknown)-.*\.yaml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

export function readFixture(path: string): Fixture {
  const documents = parseAllDocuments(readFileSync(path, 'utf8'))
  if (!Array.isArray(documents)) throw new Error(`${path} is empty`)
  const values: readonly unknown[] = documents.map((document) => {
    if (document.errors[0] !== undefined) throw new Error(`${path}: ${document.errors[0].message}`)
    return document.toJS()
  })
  const [head, ...rest] = values
  if (!isRecord(head) || head['kind'] !== 'Fixture')
    throw new Error(`${path}: the first document must be of kind Fixture`)
  const question = parseQuestion(record(head['question']), path)
  const namespace =
    'namespaces' in question
      ? question.namespaces === 'all'
        ? 'default'
        : (question.namespaces[0] ?? '')
      : question.namespace
  const outcome = (['broken', 'healthy', 'unknown'] as const).find((word) => basename(path).startsWith(word))
  if (outcome === undefined) throw new Error(`${path}: the name must begin with broken, healthy or unknown`)
  const gaps = Array.isArray(head['gaps'])
    ? head['gaps'].filter(isRecord).map((gap) => parseGap(gap, path))
    : []
  return {
    path,
    rule: path.split('/').slice(1, 3).join('/'),
    outcome,
    question,
    expect: [...(texts(head['expect']) ?? [])].sort(),
    notes: texts(head['notes']) ?? [],
    fix: text(head['fix']),
    gaps,
    snapshot: {
      takenAt: text(head['takenAt']) ?? newestTime(rest) ?? '2026-01-01T12:00:00Z',
      server: { source: path },
      objects: rest.filter(isRecord).map((value) => parse(value, namespace, path)),
      coverage: coverage(gaps),
      observations: [],
    },
  }
}

function parse(value: Json, namespace: string, path: string): KubeObject {
  const metadata = record(value['metadata'])
  const object = parseObject({ ...value, metadata: { namespace, ...metadata } })
  if (object === undefined)
    throw new Error(
      `${path}: ${text(value['kind']) ?? 'a document'} is not of a kind that is read, or has no name`,
    )
  return object
}

/** Everything is read whole except what the fixture takes away. */
function coverage(gaps: readonly Gap[]): Coverage {
  const all = manifestCoverage(true)
  const taken = new Set(gaps.map((gap) => gap.kind))
  const kinds = Object.fromEntries(
    Object.entries(all.kinds).filter(([kind]) => isKindName(kind) && !taken.has(kind)),
  )
  return { ...all, kinds, gaps }
}

function parseGap(gap: Json, path: string): Gap {
  const kind = text(gap['kind']) ?? ''
  if (!isKindName(kind)) throw new Error(`${path}: gap of unknown kind ${kind}`)
  const why = (['forbidden', 'failed', 'partial', 'not-asked'] as const).find((word) => word === gap['why'])
  return { kind, namespace: text(gap['namespace']), why: why ?? 'forbidden' }
}

function parseQuestion(json: Json, path: string): Question {
  const scan = text(json['scan'])
  if (scan !== undefined) return { kind: 'scan', namespaces: scan === 'all' ? 'all' : [scan] }
  const service = text(json['service'])?.split('/')
  if (service?.length === 2) return { kind: 'service', namespace: service[0] ?? '', name: service[1] ?? '' }
  const [namespace, kind, name] = text(json['from'])?.split('/') ?? []
  if (namespace !== undefined && kind !== undefined && name !== undefined) {
    return { kind: 'from', namespace, workload: `${kind}/${namespace}/${name}` }
  }
  throw new Error(`${path}: question must be { scan: NS }, { service: NS/NAME } or { from: NS/KIND/NAME }`)
}
