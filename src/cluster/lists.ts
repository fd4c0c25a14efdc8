import { record, text } from '../snapshot/kinds/json.ts'
import { definitionOf, type KindName, type KubeObject, parseObject } from '../snapshot/kinds/kinds.ts'
import { KnownError } from '../snapshot/known-error.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import type { Transport } from './transport.ts'

/** One list to read. */
export interface ListTarget {
  readonly kind: KindName
  readonly version: string
  /** Absent: all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string | undefined
  /** Further parameters of the list, such as `fieldSelector`. */
  readonly query?: Readonly<Record<string, string>> | undefined
}

/**
 * What came of a list.
 *
 * - `whole`: every object.
 * - `partial`: these exist, others may too: it proves no absence.
 * - `forbidden`, `failed`, `absent` (not served): nothing was read.
 */
export type ListResult =
  | {
      readonly result: 'whole'
      readonly objects: readonly KubeObject[]
      /** From which a watch goes on. */
      readonly revision: string | undefined
    }
  | { readonly result: 'partial'; readonly objects: readonly KubeObject[]; readonly detail: string }
  | { readonly result: 'forbidden' | 'failed'; readonly detail: string }
  | { readonly result: 'absent' }

/** kubectl's page size. */
const pageSize = 500

/**
 * Reads one list page by page and projects each page before the next is asked for, so that the raw JSON of only one
 * page is alive. A list whose continue token expires is read once more in a single page, as client-go does
 * (tools/pager), and so is one whose pages are of two revisions: they could miss an object that was there all the
 * time.
 *
 * @throws KnownError `UNAUTHORIZED`; the signal's reason when interrupted. Every other trouble is a result.
 */
export async function readList(transport: Transport, target: ListTarget): Promise<ListResult> {
  const paged = await readPages(transport, target, { ...target.query, limit: String(pageSize) })
  if (paged !== 'expired') return paged
  const again = await readPages(transport, target, target.query ?? {})
  return again === 'expired'
    ? { result: 'failed', detail: 'the list changed twice while it was read' }
    : again
}

async function readPages(
  transport: Transport,
  target: ListTarget,
  query: Readonly<Record<string, string>>,
): Promise<ListResult | 'expired'> {
  const objects: KubeObject[] = []
  const tokens = new Set<string>()
  let unreadable = 0
  let revision: string | undefined
  let next: string | undefined = ''
  while (next !== undefined) {
    const token: string = next
    const parameters = new URLSearchParams({ ...query, ...(token !== '' && { continue: token }) })
    const outcome = await ask(transport, `${listPath(target)}?${parameters}`)
    if (outcome.result === 'expired') return 'expired'
    const page = outcome.result === 'ok' ? projectPage(outcome.json, target) : outcome
    if (page.result !== 'page') return token === '' ? withoutPages(page) : brokenOff(objects, page)
    if (page.revision !== (revision ?? page.revision)) return 'expired'
    revision = page.revision
    for (const object of page.objects) objects.push(object)
    unreadable += page.unreadable
    next = page.next
    if (next !== undefined && tokens.size === tokens.add(next).size) {
      return brokenOff(objects, { result: 'failed', message: 'the server repeated a page' })
    }
  }
  if (unreadable === 0) return { result: 'whole', objects, revision }
  return { result: 'partial', objects, detail: `${unreadable} of its items could not be understood` }
}

/** The path of a collection, such as `/apis/apps/v1/namespaces/billing/deployments`. */
export function listPath({ kind, version, namespace }: ListTarget): string {
  const { group, plural } = definitionOf(kind)
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`
}

/**
 * Asks for one path. A request that got no answer is a failed outcome: it loses this list, not the whole reading.
 *
 * @throws KnownError `UNAUTHORIZED`; the signal's reason when interrupted
 */
export async function ask(transport: Transport, path: string): Promise<Outcome> {
  try {
    return outcomeOf(await transport.get(path))
  } catch (error) {
    if (!(error instanceof KnownError) || error.code === 'UNAUTHORIZED') throw error
    return { result: 'failed', message: error.message }
  }
}

interface Page {
  readonly result: 'page'
  readonly objects: readonly KubeObject[]
  readonly unreadable: number
  readonly next: string | undefined
  readonly revision: string | undefined
}

type Trouble = Exclude<Outcome, { result: 'ok' | 'expired' }>

function projectPage(json: Record<string, unknown>, { kind, version }: ListTarget): Page | Trouble {
  const { group, apiKind = kind } = definitionOf(kind)
  const apiVersion = group === '' ? version : `${group}/${version}`
  const items = json['items'] ?? []
  if (json['kind'] !== `${apiKind}List` || !Array.isArray(items)) {
    return { result: 'failed', message: `the server did not answer a ${apiKind}List` }
  }
  const objects: KubeObject[] = []
  for (const item of items) {
    const object = parseObject(item, apiVersion, kind)
    if (object?.kind === kind) objects.push(object)
  }
  const metadata = record(json['metadata'])
  const next = text(metadata['continue'])
  return {
    result: 'page',
    objects,
    unreadable: items.length - objects.length,
    next: next === '' ? undefined : next,
    revision: text(metadata['resourceVersion']),
  }
}

function withoutPages(trouble: Trouble): ListResult {
  return trouble.result === 'absent' ? trouble : { result: trouble.result, detail: trouble.message }
}

function brokenOff(objects: readonly KubeObject[], trouble: Trouble): ListResult {
  const why = trouble.result === 'absent' ? 'the server no longer serves it' : trouble.message
  return { result: 'partial', objects, detail: `the list broke off after ${objects.length} objects: ${why}` }
}
