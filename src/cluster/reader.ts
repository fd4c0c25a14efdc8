import { definitionOf, type KindName, type KubeObject, parseObject } from '../snapshot/kinds/kinds.ts'
import type { Gap, KindCoverage } from '../snapshot/snapshot.ts'
import { type Discovery, mayBeAbsent, type Served } from './discovery.ts'
import { ask, type ListResult, type ListTarget, listPath, readList } from './lists.ts'
import type { PlannedRead, PodPick } from './plan.ts'
import type { Transport } from './transport.ts'

/** What came of one planned read. */
export interface KindReading {
  readonly kind: KindName
  readonly objects: readonly KubeObject[]
  /** Absent: nothing was read whole. */
  readonly coverage?: KindCoverage | undefined
  readonly gaps: readonly Gap[]
  /** Whether the server is known not to serve the kind. */
  readonly isAbsent: boolean
  /** The lists that came whole: from here they can be watched. */
  readonly lists?: readonly WatchFrom[] | undefined
}

export interface WatchFrom {
  readonly target: ListTarget
  readonly revision: string | undefined
}

/** `list deployments.apps in namespace billing`, `list nodes at the cluster scope`: the right as RBAC knows it. */
function permissionTo(verb: string, kind: KindName, namespace: string | undefined): string {
  const { group, plural } = definitionOf(kind)
  const scope = namespace === undefined ? 'at the cluster scope' : `in namespace ${namespace}`
  return `${verb} ${group === '' ? plural : `${plural}.${group}`} ${scope}`
}

/**
 * Carries out one planned read: at the cluster scope or in its namespaces, and after a refusal at the cluster scope
 * in the namespaces given instead. What was refused, or failed, or broke off stays a gap.
 *
 * @throws as `readList`
 */
export async function readKind(
  transport: Transport,
  discovery: Discovery,
  planned: PlannedRead,
): Promise<KindReading> {
  const { kind, namespaces } = planned
  const served = discovery(kind)
  if (served.state === 'absent') return { kind, objects: [], gaps: [], isAbsent: true }
  if (served.state === 'unavailable') {
    return { kind, objects: [], gaps: [{ kind, why: 'failed', detail: served.detail }], isAbsent: false }
  }
  const at = { transport, planned, served }
  if (namespaces !== 'all') return readNamespaces(at, namespaces, [])
  const target = { kind, version: served.version }
  const result = await readList(transport, target)
  if (result.result === 'whole') {
    return {
      kind,
      objects: result.objects,
      coverage: { namespaces: 'all', depth: planned.depth },
      gaps: [],
      isAbsent: false,
      lists: [{ target, revision: result.revision }],
    }
  }
  // Discovery may be closed to this user; then the list itself tells.
  if (result.result === 'absent' && served.state === 'unknown' && mayBeAbsent(kind)) {
    return { kind, objects: [], gaps: [], isAbsent: true }
  }
  const gap = gapOf(kind, undefined, result)
  if (result.result !== 'forbidden') return { kind, objects: objectsOf(result), gaps: [gap], isAbsent: false }
  return definitionOf(kind).namespaced
    ? readNamespaces(at, planned.instead, [gap])
    : { kind, objects: await readByName(at, planned.instead), gaps: [gap], isAbsent: false }
}

interface ReadAt {
  readonly transport: Transport
  readonly planned: PlannedRead
  readonly served: Extract<Served, { version: string }>
}

async function readNamespaces(
  { transport, planned, served }: ReadAt,
  namespaces: readonly string[],
  gaps: readonly Gap[],
): Promise<KindReading> {
  const { kind, depth } = planned
  const results = await Promise.all(
    namespaces.map(async (namespace) => ({
      namespace,
      result: await readList(transport, { kind, version: served.version, namespace }),
    })),
  )
  const whole = results.filter(({ result }) => result.result === 'whole')
  return {
    kind,
    objects: results.flatMap(({ result }) => objectsOf(result)),
    coverage: whole.length === 0 ? undefined : { namespaces: whole.map(({ namespace }) => namespace), depth },
    gaps: [
      ...gaps,
      ...results.flatMap(({ namespace, result }) =>
        result.result === 'whole' ? [] : [gapOf(kind, namespace, result)],
      ),
    ],
    isAbsent: false,
    lists: results.flatMap(({ namespace, result }) =>
      result.result === 'whole'
        ? [{ target: { kind, version: served.version, namespace }, revision: result.revision }]
        : [],
    ),
  }
}

/** Single objects of a cluster-scoped kind whose list is refused. They exist; what else exists stays unknown. */
async function readByName(
  { transport, planned: { kind }, served }: ReadAt,
  names: readonly string[],
): Promise<readonly KubeObject[]> {
  const path = listPath({ kind, version: served.version })
  const outcomes = await Promise.all(names.map((name) => ask(transport, `${path}/${name}`)))
  return outcomes
    .map((outcome) => (outcome.result === 'ok' ? parseObject(outcome.json) : undefined))
    .filter((object) => object !== undefined)
}

/**
 * Pods that a selector names. They exist; what it did not name stays not asked for, and what was refused is a gap.
 *
 * @throws as `readList`
 */
export async function readPick(
  transport: Transport,
  discovery: Discovery,
  { namespace, query }: PodPick,
): Promise<KindReading> {
  const kind: KindName = 'Pod'
  const served = discovery(kind)
  if (served.state !== 'served') return { kind, objects: [], gaps: [], isAbsent: false }
  const target = { kind, version: served.version, namespace, query }
  const result = await readList(transport, target)
  const gaps = result.result === 'whole' ? [] : [gapOf(kind, namespace, result)]
  // Pods that were found by address live in namespaces that are read, and followed, whole.
  const lists =
    result.result === 'whole' && namespace !== undefined ? [{ target, revision: result.revision }] : []
  return { kind, objects: objectsOf(result), gaps, isAbsent: false, lists }
}

function objectsOf(result: ListResult): readonly KubeObject[] {
  return result.result === 'whole' || result.result === 'partial' ? result.objects : []
}

export function gapOf(
  kind: KindName,
  namespace: string | undefined,
  result: Exclude<ListResult, { result: 'whole' }>,
): Gap {
  switch (result.result) {
    case 'forbidden':
      return {
        kind,
        namespace,
        why: 'forbidden',
        permission: permissionTo('list', kind, namespace),
        detail: result.detail,
      }
    case 'partial':
    case 'failed':
      return { kind, namespace, why: result.result, detail: result.detail }
    case 'absent':
      return {
        kind,
        namespace,
        why: 'failed',
        detail: 'discovery lists the kind, but the server does not know its list',
      }
  }
}
