import type { Inventory } from '../../inventory/inventory.ts'
import { memoTable } from '../../inventory/memo.ts'
import type { Controller, Controllers, Serving } from '../controllers.ts'
import { asksForRegex } from './annotations.ts'
import { type Location, locationsOf } from './locations.ts'
import { refusalOf } from './refusal.ts'

/** All that one controller, or one class without any, makes of the Ingresses that are its own. */
export interface Table {
  readonly serving: Serving
  /** By host, '' for any; oldest object first, as controllers decide between objects that claim the same. */
  readonly hosts: ReadonlyMap<string, readonly Location[]>
  /** Hosts of which every path is a regular expression: `use-regex` or a rewrite of any Ingress spreads. */
  readonly regexHosts: ReadonlySet<string>
  /** Paths of Ingresses that the controller leaves out as a whole. */
  readonly refused: readonly Location[]
}

const tablesTable = memoTable<readonly Table[]>('routes.ingress.tables')

/** A name under which Ingresses of one controller, or of one class that nobody serves, stand together. */
function servingKey(serving: Serving): string {
  if (serving.is === 'served') return controllerKey(serving.controller)
  return `${serving.is} ${serving.className ?? ''}`
}

const controllerKey = ({ dialect, product, instance, class: of }: Controller): string =>
  instance === undefined ? `${product} ${of?.name ?? ''}` : `${instance.workload.key} ${dialect}`

/** The tables of every controller, by key. */
export function tablesOf(inventory: Inventory, controllers: Controllers): readonly Table[] {
  return inventory.memo.get(tablesTable, '', () => {
    const groups = new Map<string, { serving: Serving; locations: Location[] }>()
    for (const ingress of oldestFirst(inventory)) {
      const serving = controllers.forIngress(ingress)
      const key = servingKey(serving)
      const group = groups.get(key) ?? { serving, locations: [] }
      groups.set(key, group)
      group.locations.push(...locationsOf(ingress, serving))
    }
    return [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { serving, locations }]) => tableOf(serving, locations))
  })
}

/** The table that a controller's Ingresses stand in. */
export function tableOfServing(
  serving: Serving,
  inventory: Inventory,
  controllers: Controllers,
): Table | undefined {
  const key = servingKey(serving)
  return tablesOf(inventory, controllers).find((table) => servingKey(table.serving) === key)
}

/** Creation decides; of two objects of one second the one whose name comes last (ingress-nginx, store.ListIngresses). */
function oldestFirst(inventory: Inventory) {
  const name = ({ metadata }: { metadata: { namespace?: string | undefined; name: string } }): string =>
    `${metadata.namespace}/${metadata.name}`
  return inventory
    .list('Ingress')
    .items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => {
      const [first, second] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
      if (first !== second) return first < second ? -1 : 1
      return name(a) > name(b) ? -1 : 1
    })
}

function tableOf(serving: Serving, all: readonly Location[]): Table {
  const isTaken = ({ ingress }: Location): boolean =>
    serving.is !== 'served' || refusalOf(ingress, serving.controller) === undefined
  const locations = all.filter(isTaken)
  const hosts = Map.groupBy(
    locations.filter(({ isDefault }) => !isDefault),
    ({ host = '' }) => host,
  )
  // The default backend of an Ingress with rules answers for its own hosts; without rules, for everything else.
  for (const location of locations.filter(({ isDefault }) => isDefault)) {
    const { rules } = location.ingress.spec
    const own = rules.length === 0 ? [''] : [...new Set(rules.map(({ host = '' }) => host.toLowerCase()))]
    for (const host of own) hosts.set(host, [...(hosts.get(host) ?? []), location])
  }
  const regexHosts = new Set(
    locations
      .filter((item) => !item.isCanary && asksForRegex(item.ingress, item.path))
      .map(({ host = '' }) => host),
  )
  return { serving, hosts, regexHosts, refused: all.filter((item) => !isTaken(item)) }
}
