import type { Network } from '../network/network.ts'
import { place } from '../network/traffic/place.ts'
import type { Workload } from '../network/workloads/workload.ts'
import type { Finding } from '../rules/finding.ts'
import type { Path } from '../trace/path.ts'
import { type Dependence, dependenceOn } from './dependence.ts'
import type { Joined } from './join.ts'

/** Findings that say no more than that pods are not ready. */
const general = ['endpoint/all-not-ready', 'endpoint/some-not-ready']

/** What a workload is in want of when it shows so: the findings that are then only consequences. */
const consequences: Readonly<Record<Dependence, readonly string[]>> = {
  init: [
    ...general,
    'client/init-container-blocked',
    'endpoint/backend-crashing',
    'endpoint/rollout-leaves-none-ready',
  ],
  readiness: [...general, 'endpoint/readiness-probe-failing', 'endpoint/readiness-flapping'],
  end: [...general, 'endpoint/backend-crashing'],
  crash: [...general, 'endpoint/backend-crashing'],
}

/**
 * Folds what is wrong with a workload that is not ready under the fault that breaks what it dials, where objects show that
 * the one comes of the other: an init container that waits for it, a readiness probe or a last message that names it, or a
 * container that dials it and ends by itself, with that one connection broken and no other. The connections that it loses
 * by that are told under the fault, and not measured when its fix is tried: whether the pods become ready shows only then.
 */
export function foldDependants(joined: Joined, paths: readonly Path[], network: Network): Joined {
  const causesByPath = firstCauses(joined)
  const parents = new Map<Finding, Finding>()
  for (const [workload, broken] of brokenByClient(paths, causesByPath)) {
    if (workload.pods.length === 0) continue
    const own = aboutPodsOf(workload, joined.causes, network)
    if (own.length === 0) continue
    for (const { path, causes } of broken) {
      const [cause, other] = causes
      if (cause === undefined || other !== undefined || cause.severity === 'note') continue
      const shown = dependenceOn(path.connection, workload, network)
      const isAlone = broken.every((item) => item.causes.every((found) => found === cause))
      for (const finding of own) {
        const comesOfIt = [...shown].some(
          (kind) => consequences[kind].includes(finding.rule) && (kind !== 'crash' || isAlone),
        )
        if (comesOfIt && cause !== finding && !parents.has(finding)) parents.set(finding, cause)
      }
    }
  }
  for (const finding of inCircles(parents)) parents.delete(finding)
  return parents.size === 0 ? joined : folded(joined, parents)
}

/** Those that wait for each other: none of them is the cause of the others. */
function inCircles(parents: ReadonlyMap<Finding, Finding>): readonly Finding[] {
  return [...parents.keys()].filter((finding) => {
    const seen = new Set<Finding>()
    let next = parents.get(finding)
    while (next !== undefined && next !== finding && !seen.has(next)) {
      seen.add(next)
      next = parents.get(next)
    }
    return next === finding
  })
}

/** The cause that stops each way first. */
function firstCauses({ causes, breaks, later }: Joined): ReadonlyMap<Path, readonly Finding[]> {
  const found = new Map<Path, Finding[]>()
  for (const cause of causes) {
    const behind = new Set(later.get(cause.key) ?? [])
    for (const path of breaks.get(cause.key) ?? []) {
      if (path.firstBroken === undefined || behind.has(path)) continue
      const known = found.get(path)
      if (known === undefined) found.set(path, [cause])
      else known.push(cause)
    }
  }
  return found
}

interface BrokenWay {
  readonly path: Path
  readonly causes: readonly Finding[]
}

/** Broken ways by the workload that opens them, in an order that does not depend on the input's. */
function brokenByClient(
  paths: readonly Path[],
  causes: ReadonlyMap<Path, readonly Finding[]>,
): ReadonlyMap<Workload, readonly BrokenWay[]> {
  const groups = new Map<string, { readonly workload: Workload; readonly ways: BrokenWay[] }>()
  for (const path of paths) {
    const { client } = path.connection
    if (client.kind !== 'workload' || path.firstBroken === undefined) continue
    const { workload } = client
    const group = groups.get(workload.key) ?? { workload, ways: [] }
    groups.set(workload.key, group)
    group.ways.push({ path, causes: causes.get(path) ?? [] })
  }
  return new Map(
    [...groups.values()]
      .sort((a, b) => (a.workload.key < b.workload.key ? -1 : 1))
      .map(({ workload, ways }) => [
        workload,
        ways.sort((a, b) => (a.path.connection.key < b.path.connection.key ? -1 : 1)),
      ]),
  )
}

/** What is told about a workload's pods, and about Services that have no others. */
function aboutPodsOf(workload: Workload, causes: readonly Finding[], network: Network): readonly Finding[] {
  const places = new Set([place.pods(workload), place.client(workload)])
  const services = network.services
    .selecting(workload)
    .items.filter((service) =>
      network.services.backends(service).items.every(({ key }) => key === workload.key),
    )
  for (const service of services) places.add(place.service(service))
  return causes.filter((finding) => finding.places.some((at) => places.has(at)))
}

function folded(joined: Joined, parents: ReadonlyMap<Finding, Finding>): Joined {
  const rootOf = (finding: Finding): Finding => {
    let root = finding
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next
    return root
  }
  const symptoms = new Map(joined.symptoms)
  const breaks = new Map(joined.breaks)
  const through = new Map<string, readonly Path[]>()
  for (const finding of parents.keys()) {
    const { key } = rootOf(finding)
    symptoms.set(key, [...(symptoms.get(key) ?? []), finding, ...(joined.symptoms.get(finding.key) ?? [])])
    const known = new Set(breaks.get(key) ?? [])
    const lost = (joined.breaks.get(finding.key) ?? []).filter((path) => !known.has(path))
    breaks.set(key, [...known, ...lost])
    through.set(key, [...(through.get(key) ?? []), ...lost])
  }
  const causes = joined.causes.filter((cause) => !parents.has(cause))
  return { ...joined, causes, symptoms, breaks, through }
}
