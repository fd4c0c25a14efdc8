import type { Network } from '../../network/network.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import { isSidecar, type Workload } from '../../network/workloads/workload.ts'
import type { SliceEndpoint } from '../../snapshot/kinds/endpoint-slice.ts'
import type { ContainerPort } from '../../snapshot/kinds/pod-spec.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'

/** More ports than these tell nothing new. */
const mostPorts = 4

/** Every port that a workload's running containers declare, each with its exact path; or that there is none. */
export function portEvidence(
  { reference, spec, specPath }: Workload,
  part: 'name' | 'containerPort' | 'protocol',
  isWanted: (port: ContainerPort) => boolean = () => true,
): readonly Evidence[] {
  const containers = [
    ...spec.containers.map((container, index) => ({ container, path: `containers[${index}]` })),
    ...spec.initContainers
      .map((container, index) => ({ container, path: `initContainers[${index}]` }))
      .filter(({ container }) => isSidecar(container)),
  ]
  const found = containers.flatMap(({ container, path }) =>
    container.ports.flatMap((port, index) =>
      isWanted(port)
        ? [{ reference, field: `${specPath}.${path}.ports[${index}].${part}`, value: port[part] }]
        : [],
    ),
  )
  if (found.length > 0) return found.slice(0, mostPorts)
  return [{ reference, field: `${specPath}.containers[0].ports`, value: undefined }]
}

/** What the slice that lists an endpoint says about it; nothing for an endpoint that is only computed. */
export function endpointEvidence(
  endpoint: Endpoint,
  network: Network,
  part: string,
  read: (entry: SliceEndpoint) => string | undefined,
): readonly Evidence[] {
  const { service, slice: name, address } = endpoint
  const slice = network.services.slices(service).items.find(({ metadata }) => metadata.name === name)
  const index = slice?.endpoints.findIndex(({ addresses }) => addresses[0] === address) ?? -1
  const entry = slice?.endpoints[index]
  if (slice === undefined || entry === undefined) return []
  return [{ reference: referenceTo(slice), field: `endpoints[${index}].${part}`, value: read(entry) }]
}
