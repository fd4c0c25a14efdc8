import { Network } from '../../src/network/network.ts'
import { keyOf, type Snapshot } from '../../src/snapshot/snapshot.ts'

/** What every workload dials, without what a mask may take away. */
export function dials(snapshot: Snapshot): readonly string[] {
  const { workloads, references } = Network.of(snapshot)
  return workloads
    .namespaces()
    .flatMap((namespace) => workloads.in(namespace).items)
    .flatMap((workload) =>
      references
        .of(workload)
        .items.map(({ host, address, port, portWritten, protocol, source, portSource }) =>
          [
            workload.key,
            host,
            address ?? 'name',
            port ?? 'no port',
            portWritten,
            protocol,
            keyOf(source.object),
            source.field,
            source.container ?? '',
            portSource?.field ?? '',
          ].join(' '),
        ),
    )
}
