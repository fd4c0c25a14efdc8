import { isAddressOfCache } from '../../network/dns/resolver.ts'
import { whole } from '../../network/inventory/read.ts'
import { isLiteral } from '../../network/references/dial.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { connect } from '../confirm.ts'
import { defineRule } from '../rule.ts'
import { listed, say, word } from '../text.ts'
import { addressText, clientOf, dialEvidence, severityFor, whereWritten } from './dialled.ts'
import { addressDialled, aliasEvidence, aliasUsed, withoutAlias } from './host-alias.ts'
import { nameFor, servicesLike } from './instead.ts'
import { mend } from './retarget.ts'

export default defineRule({
  id: 'client/hardcoded-dead-cluster-ip',
  title: 'ClusterIP of a Service that is gone, written into a client',
  subject: 'Connection',
  severity: 'error',
  explains: ['address-unowned'],
  docs: {
    means:
      'The connection fails: no node knows what to do with that address (a timeout, or "no route to host").',
    why: 'Somebody wrote down the ClusterIP of a Service, and the Service was deleted or made anew with another one.',
    proof:
      'The address lies in the range of a ServiceCIDR, and no Service of the cluster has it. All of them were read whole.',
    fix: 'Dial the Service by its name. Where none fits, nothing is proposed.',
    falseAlarmWhen:
      'A range that could not be read, the address of a DNS cache on the nodes, a range in CIDR notation, variables that the ' +
      'kubelet sets: then it is silent.',
  },
  check({ connection, resolved: { destination, gaps, open } }, network) {
    const workload = clientOf(connection)
    if (workload === undefined || destination.kind !== 'unowned' || destination.range !== 'service')
      return undefined
    const address = addressDialled(connection, workload)
    const alias = aliasUsed(connection, workload)
    const dials = alias === undefined ? connection.dials.filter(isLiteral) : connection.dials
    if (dials.length === 0 || isAddressOfCache(address, network.inventory)) return undefined
    whole({ items: [], gaps, open })
    const substitutes = servicesLike(dials, connection.port, workload, network)
    const [only, second] = substitutes
    const by = alias === undefined ? word('') : say`, which hostAliases give ${alias.ip}`
    return {
      proof: 'likely',
      severity: severityFor(workload, 'error'),
      place: place.name(workload.key, connection.host),
      alsoAt: [place.address(address)],
      summary: say`${workload.reference} dials ${addressText(connection)} (${whereWritten(dials)})${by}: an address of the Service range that no Service has`,
      detail: say`${destination.cidr} is the range that Services get their addresses from; the Service that had this one is gone, or was made anew.`,
      evidence: [...dialEvidence(dials), ...aliasEvidence(connection, workload)],
      ...(alias !== undefined
        ? withoutAlias(connection, alias, workload, network)
        : only !== undefined && second === undefined
          ? mend(dials, nameFor(only, workload), only.port)
          : {
              advice: [
                substitutes.length > 0
                  ? say`dial one of these by its name instead: ${listed(substitutes.slice(0, 5).map(({ service }) => say`${referenceTo(service)}`))}`
                  : say`nothing says which Service is meant: dial it by its name, or create it`,
              ],
            }),
      confirm: connect(workload, connection),
    }
  },
})
