import type { ConfigMap } from '../../snapshot/kinds/config-map.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { serviceCandidates } from '../dns/names.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { joinReads, type Read } from '../inventory/read.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Workloads } from '../workloads/workloads.ts'
import { aliasDials, annotationDials } from './aliases.ts'
import { commandDials, handlerDials } from './command-line.ts'
import { scanScript } from './commands.ts'
import type { Dial } from './dial.ts'
import { dialOf, distinct } from './dials.ts'
import { type Environment, environmentOf } from './environment.ts'
import { expandScript } from './expansion.ts'
import type { Found } from './found.ts'
import { localNames } from './local-names.ts'
import { type MountedFile, mountedFiles } from './mounted.ts'
import { scan } from './scan.ts'
import { variableDials } from './variables.ts'
import { WrittenText } from './written-text.ts'

const dialTable = memoTable<Read<Dial>>('references')
const fileTable = memoTable<readonly Found[]>('references.files')

/** The addresses that workloads dial, as far as their objects show them. */
export class References {
  readonly #inventory: Inventory
  readonly #workloads: Workloads

  constructor(inventory: Inventory, workloads: Workloads) {
    this.#inventory = inventory
    this.#workloads = workloads
  }

  /**
   * What a workload dials: from env, envFrom, command, args, the commands of probes and lifecycle hooks, the ConfigMap keys
   * that its containers mount, hostAliases, and annotations that give addresses to sidecars. Secrets are not looked at. Gaps name the ConfigMaps that could not be read.
   */
  of(workload: Workload): Read<Dial> {
    return this.#inventory.memo.get(dialTable, workload.key, () => {
      // Asked for again so that a changed template is among what this result rests on.
      const [current = workload] = this.#workloads.get(workload.namespace, workload.key).items
      return this.#collect(current)
    })
  }

  #collect(workload: Workload): Read<Dial> {
    const { spec, specPath } = workload
    const fields = [
      ...spec.initContainers.map((container, index) => ({
        container,
        path: `${specPath}.initContainers[${index}]`,
      })),
      ...spec.containers.map((container, index) => ({ container, path: `${specPath}.containers[${index}]` })),
    ]
    const reads: Read<ConfigMap>[] = []
    const dials: Dial[] = []
    const environments = new Map<string, Environment>()
    for (const { container, path } of fields) {
      const environment = environmentOf(container, path, workload, this.#inventory)
      environments.set(container.name, environment)
      reads.push(...environment.reads)
      dials.push(
        ...variableDials(environment),
        ...commandDials(container, path, workload, environment),
        ...handlerDials(container, path, workload, environment),
      )
    }
    const mounted = mountedFiles(workload, this.#inventory)
    dials.push(
      ...mounted.files.flatMap((file) =>
        this.#inFile(file, environments.get(file.container.name), workload.namespace),
      ),
      ...annotationDials(workload),
    )
    dials.push(...aliasDials(workload, new Set(dials.map(({ host }) => host))))
    const items = distinct(dials.filter(({ host }) => !isOwnName(host, workload)))
    return { ...joinReads<ConfigMap>([...reads, ...mounted.reads]), items }
  }

  #inFile(file: MountedFile, environment: Environment | undefined, namespace: string): readonly Dial[] {
    const { configMap, key, container } = file
    const field = `data[${JSON.stringify(key)}]`
    const object = referenceTo(configMap)
    const text = WrittenText.of({
      object,
      field,
      kind: 'config-map',
      container: container.name,
      key,
      value: file.text,
    })
    if (key.endsWith('.sh') || file.text.startsWith('#!')) {
      const script = expandScript(text, namespace, (name) => environment?.lookup(name))
      return scanScript(script.text).map((found) => dialOf(found, script))
    }
    return this.#scanFile(file).map((found) => dialOf(found, text))
  }

  /** Files are read once, however many workloads mount them. */
  #scanFile({ configMap, key }: MountedFile): readonly Found[] {
    const { name, namespace = '' } = configMap.metadata
    return this.#inventory.memo.get(fileTable, `${namespace}/${name}/${key}`, () => {
      const [current = configMap] = this.#inventory.get('ConfigMap', namespace, name).items
      const text = current.data[key] ?? ''
      const isFile = key.includes('.') || text.includes('\n')
      // The name of a file says little about its values; that of a plain key does.
      const options = { key: key.includes('.') ? '' : key, mode: isFile ? 'file' : 'value' } as const
      return scan(text, { ...options, localNames: localNames(Object.values(current.data)) })
    })
  }
}

/**
 * Whether a host is the workload's own name: that of one of its pods, or of a Service called like it. Own URLs are
 * for others to use.
 */
function isOwnName(host: string, { pods, reference, replicas, spec, namespace }: Workload): boolean {
  if (host === spec.hostname || pods.some(({ metadata }) => metadata.name === host)) return true
  const ordinal = host.startsWith(`${reference.name}-`)
    ? Number(host.slice(reference.name.length + 1))
    : Number.NaN
  if (reference.kind === 'StatefulSet' && ordinal < (replicas ?? 1)) return true
  const name = serviceCandidates(host, namespace)
  const isOwn = name?.service === reference.name && name.namespace === namespace && name.podName === undefined
  return isOwn && reference.kind !== 'Job' && reference.kind !== 'CronJob'
}
