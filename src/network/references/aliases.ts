import type { TextMap } from '../../snapshot/kinds/json.ts'
import { parseAddress } from '../inventory/address.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Dial } from './dial.ts'
import { dialOf } from './dials.ts'
import { isLoopbackHost, readHost } from './hosts.ts'
import { scan } from './scan.ts'
import { WrittenText } from './written-text.ts'

/**
 * Addresses that `hostAliases` give to names. Those of names that are dialled elsewhere are reached by these dials, and
 * are not listed again.
 *
 * @param dialled hosts that the workload dials
 */
export function aliasDials(
  { spec, specPath, reference }: Workload,
  dialled: ReadonlySet<string>,
): readonly Dial[] {
  return spec.hostAliases.flatMap(({ ip, hostnames }, index): readonly Dial[] => {
    const host = parseAddress(ip) === undefined ? undefined : readHost(ip)
    if (host === undefined || isLoopbackHost(host.host)) return []
    if (hostnames.some((name) => dialled.has(name.toLowerCase()))) return []
    const field = `${specPath}.hostAliases[${index}].ip`
    const text = WrittenText.of({
      object: reference,
      field,
      kind: 'host-alias',
      key: hostnames[0],
      value: ip,
    })
    return [dialOf({ ...host, protocol: 'TCP', hostSpan: [0, ip.length] }, text)]
  })
}

/** Annotations of pods by which a controller gives an address to the sidecar that it injects. */
const addressAnnotations = [
  'vault.hashicorp.com/service',
  'dapr.io/placement-host-address',
  'config.linkerd.io/trace-collector',
  'proxy.istio.io/config',
]

/** Addresses in annotations of the pod template that are known to hold some. */
export function annotationDials(workload: Workload): readonly Dial[] {
  const { annotations, path } = annotationsOf(workload)
  return addressAnnotations.flatMap((key) => {
    const value = annotations[key]
    if (value === undefined) return []
    const field = `${path}[${JSON.stringify(key)}]`
    const text = WrittenText.of({ object: workload.reference, field, kind: 'annotation', key, value })
    const mode = value.includes('\n') ? 'file' : 'value'
    return scan(value, { key: 'address', mode }).map((found) => dialOf(found, text))
  })
}

function annotationsOf({ object, specPath }: Workload): {
  readonly annotations: TextMap
  readonly path: string
} {
  const path = `${specPath.replace(/\.?spec$/, '')}.metadata.annotations`.replace(/^\./, '')
  if (object === undefined) return { annotations: {}, path }
  if (object.kind === 'Pod') return { annotations: object.metadata.annotations, path }
  const { template, jobTemplate } = object.spec
  return { annotations: (template ?? jobTemplate?.spec.template)?.metadata.annotations ?? {}, path }
}
