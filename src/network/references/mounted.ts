import type { ConfigMap } from '../../snapshot/kinds/config-map.ts'
import type { Container, PodSpec, Volume } from '../../snapshot/kinds/pod-spec.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Read } from '../inventory/read.ts'
import type { Workload } from '../workloads/workload.ts'
import { holdsNoSettings } from './guards.ts'

/** A key of a ConfigMap that a container of the workload finds as a file. */
export interface MountedFile {
  readonly configMap: ConfigMap
  readonly key: string
  readonly text: string
  /** The first container that mounts it. */
  readonly container: Container
}

type Source = NonNullable<Volume['configMap']>

/** The files that a workload's containers get from ConfigMaps: volumes and projected volumes that a container mounts. */
export function mountedFiles(
  workload: Workload,
  inventory: Inventory,
): { readonly files: readonly MountedFile[]; readonly reads: readonly Read<ConfigMap>[] } {
  const reads: Read<ConfigMap>[] = []
  const files = new Map<string, MountedFile>()
  for (const { source, container, subPath } of mountedSources(workload.spec)) {
    if (source.items?.every(({ key }) => holdsNoSettings(key, '')) === true) continue
    const read = inventory.get('ConfigMap', workload.namespace, source.name)
    reads.push(read)
    for (const configMap of read.items) {
      for (const key of mountedKeys(source, configMap, subPath)) {
        const text = configMap.data[key] ?? ''
        const id = `${source.name}/${key}`
        if (!files.has(id) && !holdsNoSettings(key, text)) files.set(id, { configMap, key, text, container })
      }
    }
  }
  return { files: [...files.values()], reads }
}

interface Mounted {
  readonly source: Source
  readonly container: Container
  readonly subPath: string | undefined
}

function mountedSources(spec: PodSpec): readonly Mounted[] {
  const volumes = new Map(spec.volumes.map((volume) => [volume.name, volume]))
  return [...spec.containers, ...spec.initContainers].flatMap((container) =>
    container.volumeMounts.flatMap(({ name, subPath }) =>
      sourcesOf(volumes.get(name)).map((source) => ({ source, container, subPath })),
    ),
  )
}

function sourcesOf(volume: Volume | undefined): readonly Source[] {
  if (volume?.configMap !== undefined) return [volume.configMap]
  return volume?.projected?.sources.flatMap(({ configMap }) => configMap ?? []) ?? []
}

/** Keys by `items`, of those the one or the folder that `subPath` picks. */
function mountedKeys(
  { items }: Source,
  configMap: ConfigMap,
  subPath: string | undefined,
): readonly string[] {
  const all = items ?? Object.keys(configMap.data).map((key) => ({ key, path: key }))
  const wanted = all.filter(
    ({ path }) =>
      subPath === undefined || subPath === '' || path === subPath || path.startsWith(`${subPath}/`),
  )
  return wanted.map(({ key }) => key).filter((key) => Object.hasOwn(configMap.data, key))
}
