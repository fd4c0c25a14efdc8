import type { Network } from '../../network/network.ts'
import { mountedFiles } from '../../network/references/mounted.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'

/** A place in a workload that puts something else into its pods' /etc/resolv.conf. */
export interface Writer {
  readonly reference: ObjectReference
  readonly field: string
  /** What stands there: the line of the script, or the path of the mount. */
  readonly shown: string
  readonly how: 'script' | 'mount'
  readonly container: string
  /** Nameservers that the text names. */
  readonly nameservers: readonly string[]
  /** `>>` and its like: what the kubelet wrote stays in front. */
  readonly isAppended: boolean
}

const file = '/etc/resolv.conf'

/** A redirection into the file, or a command that writes it. What is copied from it is left alone. */
const overwrites =
  /(?:^|[^>0-9])>\s{0,3}["']?\/etc\/resolv\.conf|\btee\s{1,3}["']?\/etc\/resolv\.conf|\b(?:cp|mv|ln)\s[^\n;|&]{0,200}\s["']?\/etc\/resolv\.conf["']?\s*(?:[;&|\n"']|$)|\bsed\s{1,3}-[a-zA-Z]{0,4}i[^\n;|&]{0,300}\/etc\/resolv\.conf/
const appends = />>\s{0,3}["']?\/etc\/resolv\.conf|\btee\s{1,3}-a\s{1,3}["']?\/etc\/resolv\.conf/

/** Everything in a workload's objects that changes the resolver of its pods behind the kubelet's back. */
export function resolvConfWriters(workload: Workload, network: Network): readonly Writer[] {
  const { spec, specPath, reference } = workload
  const inContainers = (['initContainers', 'containers'] as const).flatMap((list) =>
    spec[list].flatMap((container, index) =>
      ofContainer(container, `${specPath}.${list}[${index}]`, workload, network),
    ),
  )
  const inFiles = mountedFiles(workload, network.inventory).files.flatMap(
    ({ configMap, key, text, container }) => {
      const isScript = text.startsWith('#!') || /\.(?:sh|bash)$/.test(key)
      const found = isScript ? written(text) : undefined
      return found === undefined
        ? []
        : [
            {
              ...found,
              reference: referenceTo(configMap),
              field: `data["${key}"]`,
              how: 'script' as const,
              container: container.name,
            },
          ]
    },
  )
  return [...inContainers.map((writer) => ({ reference, ...writer })), ...inFiles]
}

type Found = Pick<Writer, 'shown' | 'nameservers' | 'isAppended'>

function ofContainer(
  { name, command = [], args = [], lifecycle, volumeMounts }: Container,
  path: string,
  { spec, namespace }: Workload,
  { inventory }: Network,
): readonly Omit<Writer, 'reference'>[] {
  const scripts = [
    { field: `${path}.command`, words: command },
    { field: `${path}.args`, words: args },
    { field: `${path}.lifecycle.postStart.exec.command`, words: lifecycle?.postStart?.exec?.command ?? [] },
  ]
  const byScript = scripts.flatMap(({ field, words }) => {
    const found = written(words.join(' '))
    return found === undefined ? [] : [{ ...found, field, how: 'script' as const, container: name }]
  })
  const byMount = volumeMounts.flatMap((mount, index) => {
    if (mount.mountPath !== file) return []
    const source = spec.volumes.find((volume) => volume.name === mount.name)?.configMap
    if (source === undefined) return []
    const [configMap] = inventory.get('ConfigMap', namespace, source.name).items
    const texts = configMap === undefined ? [] : Object.values(configMap.data)
    return [
      {
        field: `${path}.volumeMounts[${index}].mountPath`,
        shown: file,
        how: 'mount' as const,
        container: name,
        nameservers: texts.flatMap(nameserversIn),
        isAppended: false,
      },
    ]
  })
  return [...byScript, ...byMount]
}

function written(text: string): Found | undefined {
  const isOver = overwrites.test(text)
  if (!isOver && !appends.test(text)) return undefined
  const line = text.split('\n').find((item) => item.includes(file)) ?? ''
  return { shown: line.trim().slice(0, 160), nameservers: nameserversIn(text), isAppended: !isOver }
}

function nameserversIn(text: string): readonly string[] {
  return [...text.matchAll(/\bnameserver\s{1,5}([0-9a-fA-F.:]{3,45})/g)].flatMap(
    ([, address]) => address ?? [],
  )
}
