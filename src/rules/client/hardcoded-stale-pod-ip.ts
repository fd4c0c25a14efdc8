import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { podRangeOf } from '../../network/references/pod-ranges.ts'
import { targetPortOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { connect } from '../confirm.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text, word } from '../text.ts'
import { addressText, clientOf, dialEvidence, severityFor, whereWritten } from './dialled.ts'
import { addressDialled, aliasEvidence, aliasUsed, withoutAlias } from './host-alias.ts'
import { nameFor, type Substitute, servicesLike } from './instead.ts'
import { mend } from './retarget.ts'

export default defineRule({
  id: 'client/hardcoded-stale-pod-ip',
  title: 'Address of a pod that is gone, written into a workload',
  subject: 'Connection',
  severity: 'error',
  explains: ['address-unowned'],
  docs: {
    means: 'The connection fails: nobody has that address ("no route to host", or a timeout).',
    why: 'Somebody wrote down the address of a pod, and the pod was replaced.',
    proof:
      'The address lies in the pod range of a node (`spec.podCIDRs`), and no pod, node, Service or EndpointSlice of the ' +
      'cluster has it. All of them were read whole.',
    fix: 'Dial the Service that offers the port. Where none does, nothing is proposed: one has to be created first.',
    falseAlarmWhen:
      'Addresses that the CNI keeps for gateways, tunnels and health checks, ranges that hold no pod because another IPAM ' +
      'hands out the addresses, and an incomplete list of pods: then it is silent. It never is one of an optional component.',
  },
  check({ connection, resolved: { destination, gaps, open } }, network) {
    const workload = clientOf(connection)
    if (workload === undefined || destination.kind !== 'unowned' || destination.range !== 'pod')
      return undefined
    const alias = aliasUsed(connection, workload)
    const address = addressDialled(connection, workload)
    const range = podRangeOf(address, network.inventory)
    if (range === undefined) return undefined
    whole({ items: [], gaps, open })
    const { dials, port } = connection
    const substitutes = servicesLike(dials, port, workload, network)
    const [only, second] = substitutes
    const node = { apiVersion: 'v1', kind: 'Node', name: range.node }
    const by = alias === undefined ? word('') : say`, which hostAliases give ${alias.ip}`
    return {
      proof: 'likely',
      severity: severityFor(workload, 'error'),
      place: place.name(workload.key, connection.host),
      alsoAt: [place.address(address)],
      summary: say`${workload.reference} dials ${addressText(connection)} (${whereWritten(dials)})${by}: an address that no pod has any more`,
      detail: say`${range.cidr} is the pod range of ${node}; the pod that had it is gone.`,
      evidence: [
        ...dialEvidence(dials),
        ...aliasEvidence(connection, workload),
        { reference: node, field: 'spec.podCIDRs', value: range.cidr },
      ],
      ...(alias !== undefined
        ? withoutAlias(connection, alias, workload, network)
        : only !== undefined && second === undefined
          ? mend(dials, nameFor(only, workload), only.port)
          : { advice: [instead(substitutes, port, network)] }),
      confirm: connect(workload, connection),
    }
  },
})

function instead(substitutes: readonly Substitute[], port: number | undefined, network: Network): Text {
  if (substitutes.length > 0) {
    return say`dial one of these instead: ${listed(substitutes.slice(0, 5).map(({ service }) => say`${referenceTo(service)}`))}`
  }
  if (port === undefined) return say`dial a Service by its name instead`
  const services = network.inventory.list('Service')
  const isOffered = services.items.some(({ spec }) =>
    spec.ports.some((item) => item.port === port || targetPortOf(item) === port),
  )
  if (isOffered)
    return say`nothing says which Service is meant: dial the one that leads to port ${port} by its name`
  if (services.gaps.length > 0) return say`no Service that could be read offers port ${port}`
  return say`no Service in this cluster offers port ${port}: create one for what is meant, and dial its name`
}
