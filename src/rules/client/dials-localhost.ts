import type { Network } from '../../network/network.ts'
import type { Dial } from '../../network/references/dial.ts'
import { place } from '../../network/traffic/place.ts'
import { runningContainers, type Workload } from '../../network/workloads/workload.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { connect } from '../confirm.ts'
import type { Severity } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { addressText, clientOf, dialEvidence, severityFor, whereWritten } from './dialled.ts'
import { nameFor, servicesLike } from './instead.ts'
import { needOf } from './need.ts'
import { mend } from './retarget.ts'

export default defineRule({
  id: 'client/dials-localhost',
  title: 'Client that dials itself for what a Service serves',
  subject: 'Connection',
  severity: 'warning',
  docs: {
    means:
      'The connection is refused: in a pod, localhost is the pod, and nothing in it listens on that port.',
    why: 'The address is that of a development machine, where everything runs on one host.',
    proof:
      'A loopback address in env or a ConfigMap in use, with a port that no container of the pod declares, and a Service ' +
      'that has this port and is not the own one; on a common port also the name of the variable has to fit. It is an error ' +
      'when the client shows that it cannot do without.',
    fix: 'Dial the Service by its name.',
    falseAlarmWhen:
      'A port that a container of the pod declares, addresses in commands and probes, a Service that selects the client ' +
      'itself: then it is silent. A note where a second container or a sidecar may serve the port undeclared.',
  },
  check({ connection, resolved: { destination } }, network) {
    const workload = clientOf(connection)
    const { port } = connection
    if (workload === undefined || destination.kind !== 'loopback' || port === undefined) return undefined
    const dials = connection.dials.filter(isSetting)
    if (dials.length === 0 || declares(workload, port)) return undefined
    const substitutes = servicesLike(dials, port, workload, network)
    const [only, second] = substitutes
    if (only === undefined) return undefined
    const services = substitutes.slice(0, 4).map(({ service }) => say`${referenceTo(service)}`)
    return {
      proof: 'likely',
      severity: severityFor(workload, severityOf(workload, network)),
      place: place.name(workload.key, connection.host),
      summary: say`${workload.reference} dials ${addressText(connection)} (${whereWritten(dials)}): that is the pod itself, where no container declares port ${port}; ${listed(services, 'or')} may be meant`,
      evidence: [
        ...dialEvidence(dials),
        ...substitutes.slice(0, 4).map(({ service }) => ({
          reference: referenceTo(service),
          field: 'metadata.name',
          value: service.metadata.name,
        })),
      ],
      ...(second === undefined
        ? mend(dials, nameFor(only, workload), only.port)
        : { advice: [say`dial one of these by its name instead: ${listed(services)}`] }),
      confirm: connect(workload, connection),
    }
  },
})

/** Commands and probes that ask localhost ask the pod on purpose. */
function isSetting({ source: { kind } }: Dial): boolean {
  return kind === 'env' || kind === 'config-map'
}

function declares({ spec }: Workload, port: number): boolean {
  return [...spec.containers, ...spec.initContainers].some(({ ports }) =>
    ports.some(({ containerPort }) => containerPort === port),
  )
}

function severityOf(workload: Workload, { inventory }: Network): Severity {
  if (runningContainers(workload.spec).length > 1) return 'note'
  return needOf(workload, inventory) === undefined ? 'warning' : 'error'
}
