import type { Place } from '../network/traffic/place.ts'
import type { Finding } from '../rules/finding.ts'
import type { AnyRule } from '../rules/rule.ts'
import { type Hop, isBroken, type Path, type Reason } from '../trace/path.ts'

/** Findings joined with the ways that they explain. */
export interface Joined {
  readonly causes: readonly Finding[]
  /** Key of a cause -> findings that are only its consequences. */
  readonly symptoms: ReadonlyMap<string, readonly Finding[]>
  /** Key of a cause -> the connections that it breaks, or may break. */
  readonly breaks: ReadonlyMap<string, readonly Path[]>
  /** Key of a cause -> those of `breaks` that another cause stops before: they meet this one when that is mended. */
  readonly later: ReadonlyMap<string, readonly Path[]>
  /** Key of a cause -> those of `breaks` that end at a workload which is not ready because of it. */
  readonly through: ReadonlyMap<string, readonly Path[]>
  /** Broken ways that no finding explains. */
  readonly unexplained: readonly { readonly path: Path; readonly hop: Hop }[]
}

interface RuleFacts {
  readonly explains: ReadonlySet<Reason>
  readonly symptomOf: ReadonlySet<Reason>
  readonly over: ReadonlySet<string>
}

/**
 * Folds on data only: a finding that a more specific one at the same hop stands over is its symptom; findings with
 * the same object and the same edit are one. The result does not depend on the order of the input.
 */
export function joinFindings(
  findings: readonly Finding[],
  paths: readonly Path[],
  rules: readonly AnyRule[],
): Joined {
  const facts = new Map<string, RuleFacts>(
    rules.map(({ id, explains = [], symptomOf = [], over = [] }) => [
      id,
      { explains: new Set(explains), symptomOf: new Set(symptomOf), over: new Set(over) },
    ]),
  )
  const byPlace = indexByPlace(findings)
  const parent = new Map<string, Finding>()
  const fold = (symptom: Finding, cause: Finding): void => {
    const known = parent.get(symptom.key)
    if (known === undefined || cause.key < known.key) parent.set(symptom.key, cause)
  }
  const explainedBy = new Map<Path, readonly Finding[]>()
  const firstBy = new Map<Path, ReadonlySet<Finding>>()
  const unexplained: { path: Path; hop: Hop }[] = []
  for (const together of byPlace.values()) foldTogether(together, facts, fold)
  for (const path of paths) {
    const explaining = new Set<Finding>()
    for (const hop of path.hops) {
      const here = around(hop, byPlace)
      if (here.length === 0) continue
      foldTogether(here, facts, fold)
      if (!isBroken(hop.verdict)) for (const finding of suspects(hop, byPlace)) explaining.add(finding)
      for (const inner of brokenInside(hop)) {
        const near = around(inner, byPlace)
        foldSymptoms(near, inner, facts, fold)
        for (const finding of near) if (explains(finding, inner, facts)) explaining.add(finding)
      }
    }
    const broken = path.firstBroken
    if (broken !== undefined) {
      const found = around(broken, byPlace).filter((finding) => explains(finding, broken, facts))
      for (const finding of found) explaining.add(finding)
      firstBy.set(path, new Set(found))
      if (found.length === 0) unexplained.push({ path, hop: broken })
    }
    explainedBy.set(path, [...explaining])
  }
  foldSameEdit(findings, parent, fold)
  return assemble(findings, parent, explainedBy, firstBy, unexplained)
}

/** A hop that is broken and the broken ones in its branches: also behind the first, for mending that does not mend them. */
function brokenInside(hop: Hop): readonly Hop[] {
  const inner = (hop.branches ?? []).flatMap((branch) => branch.hops)
  return [hop, ...inner].filter(({ verdict }) => isBroken(verdict))
}

function indexByPlace(findings: readonly Finding[]): ReadonlyMap<Place, readonly Finding[]> {
  const index = new Map<Place, Finding[]>()
  for (const finding of findings) {
    for (const place of finding.places) push(index, place, finding)
  }
  return index
}

function at(places: readonly Place[], index: ReadonlyMap<Place, readonly Finding[]>): readonly Finding[] {
  return [...new Set(places.flatMap((place) => index.get(place) ?? []))]
}

const none: readonly Finding[] = []

/** Findings at any place that a hop's verdict rests on, the branches that break it included, each once. */
function around(hop: Hop, index: ReadonlyMap<Place, readonly Finding[]>): readonly Finding[] {
  const found: Finding[] = []
  const look = (place: Place): void => {
    const here = index.get(place)
    if (here !== undefined) found.push(...here)
  }
  const visit = ({ place, behind, branches }: Hop): void => {
    look(place)
    for (const other of behind) look(other)
    if (branches === undefined) return
    for (const branch of branches) {
      look(branch.place)
      for (const inner of branch.hops) visit(inner)
    }
  }
  visit(hop)
  return found.length === 0 ? none : [...new Set(found)]
}

function explains(finding: Finding, hop: Hop, facts: ReadonlyMap<string, RuleFacts>): boolean {
  const { reason } = hop.verdict
  return reason !== undefined && facts.get(finding.rule)?.explains.has(reason) === true
}

/** Likely faults of endpoints that the model lets pass: the share of the connections that meets them is suspect. */
function suspects(hop: Hop, index: ReadonlyMap<Place, readonly Finding[]>): readonly Finding[] {
  if (hop.verdict.outcome === 'not-applicable') return []
  const places = (hop.branches ?? []).flatMap((branch) => [
    branch.place,
    ...branch.hops.flatMap((inner) => [inner.place, ...inner.behind]),
  ])
  return at([hop.place, ...places], index).filter(
    (finding) => finding.severity !== 'note' && finding.proof === 'likely',
  )
}

/** Folds among findings that speak of one hop, or of one place. */
function foldTogether(
  findings: readonly Finding[],
  facts: ReadonlyMap<string, RuleFacts>,
  fold: (symptom: Finding, cause: Finding) => void,
): void {
  if (findings.length < 2) return
  for (const cause of findings) {
    const over = facts.get(cause.rule)?.over
    if (over === undefined || over.size === 0) continue
    for (const other of findings) if (over.has(other.rule) && !areApart(cause, other)) fold(other, cause)
  }
}

/** What is only a symptom of a hop that is broken so belongs to whatever explains the hop. */
function foldSymptoms(
  near: readonly Finding[],
  hop: Hop,
  facts: ReadonlyMap<string, RuleFacts>,
  fold: (symptom: Finding, cause: Finding) => void,
): void {
  const { reason } = hop.verdict
  const isSymptom = ({ rule }: Finding): boolean =>
    reason !== undefined && facts.get(rule)?.symptomOf.has(reason) === true
  const symptoms = near.filter(isSymptom)
  if (symptoms.length === 0) return
  for (const cause of near)
    if (!isSymptom(cause) && explains(cause, hop, facts)) for (const symptom of symptoms) fold(symptom, cause)
}

/** Findings about two things of one sort, such as the pods of two workloads behind one Service: neither causes the other. */
function areApart(a: Finding, b: Finding): boolean {
  const sort = (finding: Finding): string | undefined => finding.place.split(' ', 1)[0]
  return sort(a) === sort(b) && !a.places.some((place) => b.places.includes(place))
}

/** One fault may be met by several rules: what is mended by the very same edit of the same object is one problem. */
function foldSameEdit(
  findings: readonly Finding[],
  parent: ReadonlyMap<string, Finding>,
  fold: (symptom: Finding, cause: Finding) => void,
): void {
  const free = findings.filter(
    (finding) => finding.fix !== undefined && finding.fix.edits.length > 0 && !parent.has(finding.key),
  )
  const groups = Map.groupBy(
    free,
    (finding) =>
      `${finding.about.kind}/${finding.about.namespace}/${finding.about.name} ${JSON.stringify(finding.fix?.edits)}`,
  )
  for (const group of groups.values()) {
    const [first, ...rest] = [...group].sort(mostImportantFirst)
    for (const other of rest) if (first !== undefined) fold(other, first)
  }
}

export const severities = { error: 0, warning: 1, note: 2 } as const
const proofs = { observed: 0, proven: 1, likely: 2 } as const

/** Errors before warnings, proven before likely, then by key, so that the order never depends on the input. */
export function mostImportantFirst(a: Finding, b: Finding): number {
  return (
    severities[a.severity] - severities[b.severity] ||
    proofs[a.proof] - proofs[b.proof] ||
    (a.key < b.key ? -1 : 1)
  )
}

function assemble(
  findings: readonly Finding[],
  parent: ReadonlyMap<string, Finding>,
  explainedBy: ReadonlyMap<Path, readonly Finding[]>,
  firstBy: ReadonlyMap<Path, ReadonlySet<Finding>>,
  unexplained: Joined['unexplained'],
): Joined {
  const root = (finding: Finding): Finding => {
    const seen = new Set<Finding>()
    let current = finding
    for (
      let next = parent.get(current.key);
      next !== undefined && !seen.has(next);
      next = parent.get(current.key)
    ) {
      seen.add(next)
      current = next
    }
    return current
  }
  const symptoms = new Map<string, Finding[]>()
  const causes: Finding[] = []
  for (const finding of findings) {
    const cause = root(finding)
    if (cause === finding) causes.push(finding)
    else push(symptoms, cause.key, finding)
  }
  const breaks = new Map<string, Path[]>()
  const later = new Map<string, Path[]>()
  for (const [path, explaining] of explainedBy) {
    const first = new Set([...(firstBy.get(path) ?? [])].map(root))
    for (const cause of new Set(explaining.map(root))) {
      push(breaks, cause.key, path)
      if (path.firstBroken !== undefined && !first.has(cause)) push(later, cause.key, path)
    }
  }
  return { causes: causes.sort(mostImportantFirst), symptoms, breaks, later, through: new Map(), unexplained }
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const known = lists.get(key)
  if (known === undefined) lists.set(key, [item])
  else known.push(item)
}
