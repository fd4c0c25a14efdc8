import { dnsServices } from '../../network/dns/resolver.ts'
import type { Network } from '../../network/network.ts'
import { isLiteral } from '../../network/references/dial.ts'
import { place } from '../../network/traffic/place.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { addressText, clientOf, dialEvidence, severityFor, whereWritten } from './dialled.ts'
import { addressDialled, aliasEvidence, aliasUsed, withoutAlias } from './host-alias.ts'
import { nameFor } from './instead.ts'
import { mend } from './retarget.ts'

export default defineRule({
  id: 'client/hardcoded-cluster-ip',
  title: 'ClusterIP of a Service written into a client',
  subject: 'Connection',
  severity: 'warning',
  docs: {
    means:
      'It works until the Service is made anew: then it has another address, and the old one belongs to nobody.',
    why: 'Somebody wrote down the address that the name had become, often because a name did not resolve.',
    proof:
      'An address in env, args, command, hostAliases or a ConfigMap in use is in `spec.clusterIPs` of a Service.',
    fix: 'Dial the Service by its name.',
    falseAlarmWhen:
      'The address of the DNS Service on port 53 or without a port (settings of resolvers), that of the API server, the ' +
      'variables that the kubelet sets for Services, external and load balancer addresses, NO_PROXY: then it is silent.',
  },
  check({ connection, resolved: { destination } }, network) {
    const workload = clientOf(connection)
    if (workload === undefined || destination.kind !== 'service' || destination.by !== 'cluster-ip')
      return undefined
    const { service } = destination
    const address = addressDialled(connection, workload)
    const alias = aliasUsed(connection, workload)
    const dials = alias === undefined ? connection.dials.filter(isLiteral) : connection.dials
    if (dials.length === 0 || !isClusterIp(address, service)) return undefined
    if (isApiServer(service) || isResolver(service, connection.port, network)) return undefined
    const reference = referenceTo(service)
    const by = alias === undefined ? word('') : say`, which hostAliases give ${alias.ip}`
    return {
      proof: 'proven',
      severity: severityFor(workload, 'warning'),
      place: place.name(workload.key, connection.host),
      summary: say`${workload.reference} dials ${addressText(connection)} (${whereWritten(dials)})${by}: the ClusterIP of ${reference}, which changes when the Service is made anew`,
      evidence: [
        ...dialEvidence(dials),
        ...aliasEvidence(connection, workload),
        { reference, field: 'spec.clusterIP', value: address },
      ],
      ...(alias === undefined
        ? mend(dials, nameFor({ service }, workload))
        : withoutAlias(connection, alias, workload, network)),
    }
  },
})

function isClusterIp(address: string, { spec: { clusterIP, clusterIPs = [] } }: Service): boolean {
  return address === clusterIP || clusterIPs.includes(address)
}

function isApiServer({ metadata: { name, namespace } }: Service): boolean {
  return name === 'kubernetes' && namespace === 'default'
}

/** A resolver has to be told an address: nginx, Envoy and the like ask it for names. */
function isResolver(service: Service, port: number | undefined, { inventory }: Network): boolean {
  return (port === undefined || port === 53) && dnsServices(inventory).items.includes(service)
}
