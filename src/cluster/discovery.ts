import { type Json, list, record, text } from '../snapshot/kinds/json.ts'
import type { KindName } from '../snapshot/kinds/kinds.ts'
import { definitionOf, kindNames } from '../snapshot/kinds/kinds.ts'
import { KnownError } from '../snapshot/known-error.ts'
import { nameOf, type ServerName } from './connection-failure.ts'
import { ask } from './lists.ts'
import { outcomeOf, redirectOf } from './outcome.ts'
import type { Transport } from './transport.ts'

/**
 * Whether and where a kind is served.
 *
 * - `served`: by this version, the first that we can parse.
 * - `absent`: discovery proves that it is not: there can be no such object.
 * - `unavailable`: it may be served, but we cannot read it; `detail` says why.
 * - `unknown`: discovery does not tell; `version` is the one to try.
 */
export type Served =
  | { readonly state: 'served'; readonly version: string }
  | { readonly state: 'absent' }
  | { readonly state: 'unavailable'; readonly detail: string }
  | { readonly state: 'unknown'; readonly version: string }

export type Discovery = (kind: KindName) => Served

/** Groups that every kube-apiserver serves: where they seem to be missing, something is wrong with the answer. */
const builtIn: ReadonlySet<string> = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'discovery.k8s.io',
  'networking.k8s.io',
])
/** Younger than their group. */
const sinceLater: ReadonlySet<KindName> = new Set<KindName>(['ServiceCIDR'])

/** Whether there are API servers without this kind. */
export function mayBeAbsent(kind: KindName): boolean {
  return !builtIn.has(definitionOf(kind).group) || sinceLater.has(kind)
}

/** The aggregated form is one answer for all groups: v2 since Kubernetes 1.30, v2beta1 since 1.26. */
const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',')

/** `fresh` is false when the aggregated API behind a group version is down. */
interface GroupVersion {
  readonly fresh: boolean
  readonly resources: ReadonlySet<string>
}

/** By `group/version`. */
type Groups = ReadonlyMap<string, GroupVersion>

/**
 * Asks the API server once which kinds it serves. The core group is not asked for: every API server has it.
 * Servers that only speak the old form are asked once more per group version that we read.
 *
 * @throws KnownError when the server cannot be reached, rejects the credentials, or is no Kubernetes API server
 */
export async function discover(transport: Transport, name: ServerName): Promise<Discovery> {
  const answer = await transport.get('/apis', aggregated)
  const isOverloaded = answer.status === 429 || answer.status >= 500
  if (answer.status === 403 || isOverloaded) {
    return (kind) => ({ state: 'unknown', version: firstVersion(kind) })
  }
  const outcome = outcomeOf(answer)
  const form = outcome.result === 'ok' ? outcome.json['kind'] : undefined
  if (outcome.result !== 'ok' || (form !== 'APIGroupDiscoveryList' && form !== 'APIGroupList')) {
    // Every list would be a 404 here, and "not served" would read as "all is empty".
    throw new KnownError(
      'NOT_KUBERNETES',
      `${nameOf(name)} answers /apis (${redirectOf(answer) ?? answer.status}), but not as a Kubernetes API server: check http or https, the port and the path`,
    )
  }
  const isAggregated = form === 'APIGroupDiscoveryList'
  const groups = isAggregated ? aggregatedGroups(outcome.json) : await groupByGroup(transport, outcome.json)
  return (kind) => lookUp(kind, groups)
}

function lookUp(kind: KindName, groups: Groups): Served {
  const { group, versions, plural } = definitionOf(kind)
  if (group === '') return { state: 'served', version: firstVersion(kind) }
  const found = versions.map((version) => ({ version, at: groups.get(`${group}/${version}`) }))
  const served = found.find(({ at }) => at?.fresh === true && at.resources.has(plural))
  if (served !== undefined) return { state: 'served', version: served.version }
  const ofGroup = [...groups].filter(([name]) => name.startsWith(`${group}/`))
  // What a stale group version lists is what it served once, possibly nothing: neither proves an absence.
  if (mayBeAbsent(kind) && ofGroup.some(([, { fresh }]) => !fresh)) {
    const detail = 'the aggregated API that serves it does not answer (discovery calls it stale)'
    return { state: 'unavailable', detail }
  }
  const other = ofGroup.filter(([, { resources }]) => resources.has(plural)).map(([name]) => name)
  if (other.length > 0) {
    const detail = `it is served as ${other.join(', ')}, which this version of netdoctor cannot read: look for a newer one`
    return { state: 'unavailable', detail }
  }
  return mayBeAbsent(kind) ? { state: 'absent' } : { state: 'unknown', version: firstVersion(kind) }
}

function firstVersion(kind: KindName): string {
  return definitionOf(kind).versions[0] ?? 'v1'
}

function aggregatedGroups(json: Json): Groups {
  const entries = list(json['items'], (group) => {
    const name = text(record(group['metadata'])['name']) ?? ''
    return list(group['versions'], (version): [string, GroupVersion] => [
      `${name}/${text(version['version']) ?? ''}`,
      {
        fresh: version['freshness'] !== 'Stale',
        resources: new Set(list(version['resources'], (resource) => text(resource['resource']) ?? '')),
      },
    ])
  })
  return new Map(entries.flat())
}

/** The form of servers before 1.26: `/apis` names groups and versions, each version lists its resources. */
async function groupByGroup(transport: Transport, json: Json): Promise<Groups> {
  const ours = new Set(kindNames.map((kind) => definitionOf(kind).group))
  const named = list(json['groups'], (group) =>
    list(group['versions'], (version) => text(version['groupVersion']) ?? ''),
  ).flat()
  const entries = await Promise.all(
    named
      .filter((name) => ours.has(name.split('/')[0] ?? ''))
      .map(async (name): Promise<[string, GroupVersion]> => {
        const outcome = await ask(transport, `/apis/${name}`)
        const resources = outcome.result === 'ok' ? outcome.json['resources'] : undefined
        return [
          name,
          {
            fresh: outcome.result === 'ok',
            resources: new Set(list(resources, (resource) => text(resource['name']) ?? '')),
          },
        ]
      }),
  )
  return new Map(entries)
}
