import { definitionOf, isKindName, type KindName, kindNames } from '../../src/snapshot/kinds/kinds.ts'
import { type ApiObject, apiVersionOf, type Collection, collectionOf } from './collections.ts'
import type { Handler } from './server.ts'
import { status } from './server.ts'
import { Store } from './store.ts'

/** Kinds in groups: everything that the project reads. */
const grouped = kindNames.filter((kind) => definitionOf(kind).group !== '')
const groupNames = [...new Set(grouped.map((kind) => definitionOf(kind).group))]

export interface DiscoveryOptions {
  readonly without?: readonly KindName[]
  /** Groups whose aggregated API is down; they may serve our kinds or not. */
  readonly stale?: readonly string[]
  /** Kinds that are served in another version than the newest that we know. */
  readonly versions?: Readonly<Partial<Record<KindName, string>>>
}

/** Aggregated discovery of every kind that we read but the given ones. */
export function discovery({ without = [], stale = [], versions = {} }: DiscoveryOptions = {}): Handler {
  const versionOf = (kind: KindName): string => versions[kind] ?? definitionOf(kind).versions[0] ?? ''
  const json = {
    kind: 'APIGroupDiscoveryList',
    items: groupNames.map((group) => {
      const ofGroup = grouped.filter((kind) => definitionOf(kind).group === group)
      return {
        metadata: { name: group },
        versions: [...new Set(ofGroup.map(versionOf))].map((version) => ({
          version,
          freshness: stale.includes(group) ? 'Stale' : 'Current',
          resources: ofGroup
            .filter((kind) => versionOf(kind) === version && !without.includes(kind))
            .map((kind) => ({ resource: definitionOf(kind).plural })),
        })),
      }
    }),
  }
  return ({ path }) => (path === '/apis' ? { json } : undefined)
}

/** Discovery as servers before Kubernetes 1.26 answer it: group by group. */
export function oldDiscovery(without: readonly KindName[] = []): Handler {
  const served = grouped.filter((kind) => !without.includes(kind))
  const groupVersions = [...new Set(served.map(apiVersionOf))]
  return ({ path }) => {
    if (path === '/apis') {
      const groups = groupVersions.map((groupVersion) => ({ versions: [{ groupVersion }] }))
      return {
        json: {
          kind: 'APIGroupList',
          groups: [...groups, { versions: [{ groupVersion: 'example.com/v1' }] }],
        },
      }
    }
    const groupVersion = groupVersions.find((name) => path === `/apis/${name}`)
    if (groupVersion === undefined) return undefined
    const resources = served
      .filter((kind) => apiVersionOf(kind) === groupVersion)
      .map((kind) => ({ name: definitionOf(kind).plural }))
    return { json: { kind: 'APIResourceList', resources } }
  }
}

export function version(gitVersion: string): Handler {
  return ({ path }) => (path === '/version' ? { json: { gitVersion } } : undefined)
}

/** Serves lists of these objects in pages of what the client asks for, but at most `pageSize`. */
export function lists(objects: readonly ApiObject[], pageSize = 500): Handler {
  return new Store(objects, pageSize).handler
}

/** `GET` of single Namespaces. */
export function namespaces(names: readonly string[]): Handler {
  return ({ path }) => {
    const name = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(path)?.[1]
    if (name === undefined) return undefined
    if (!names.includes(name)) return status(404, 'NotFound', `namespaces "${name}" not found`)
    return { json: { kind: 'Namespace', apiVersion: 'v1', metadata: { name, labels: { name } } } }
  }
}

/** Refuses lists as the RBAC authoriser does, to a user called jane. */
export function forbid(isForbidden: (collection: Collection) => boolean): Handler {
  return (request) => {
    const collection = collectionOf(request)
    if (collection === undefined || !isForbidden(collection)) return undefined
    const { plural, group } = definitionOf(collection.kind)
    const scope =
      collection.namespace === undefined
        ? 'at the cluster scope'
        : `in the namespace "${collection.namespace}"`
    const message = `${plural} is forbidden: User "jane" cannot list resource "${plural}" in API group "${group}" ${scope}`
    return status(403, 'Forbidden', message)
  }
}

/** What the built-in role `view`, bound in one namespace, permits. */
export function viewIn(namespace: string): Handler {
  return forbid((collection) => collection.namespace !== namespace)
}

/** Lets nobody in without this token. */
export function requireToken(token: string): Handler {
  return ({ headers }) =>
    headers.authorization === `Bearer ${token}` ? undefined : status(401, 'Unauthorized', 'Unauthorized')
}

/** Lets nobody in without a certificate of this common name. */
export function requireClient(name: string): Handler {
  return ({ clientName }) => (clientName === name ? undefined : status(401, 'Unauthorized', 'Unauthorized'))
}

/** Answers requests for lists of one kind in another way. */
export function onList(kind: string, answer: Handler): Handler {
  return (request) => (isKindName(kind) && collectionOf(request)?.kind === kind ? answer(request) : undefined)
}
