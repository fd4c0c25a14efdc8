import { clusterDns } from '../../network/dns/cluster-dns.ts'
import { nameLookup } from '../../network/flows/name-lookups.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { clientOf } from '../client/dialled.ts'
import { lookUp } from '../confirm.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text, word } from '../text.ts'
import { configReference, lineEvidence } from './dns-pods.ts'

export default defineRule({
  id: 'dns/corefile-hijacks-name',
  title: 'The Corefile answers the name of a Service with something else',
  subject: 'Connection',
  severity: 'error',
  explains: ['name-leads-elsewhere', 'name-not-resolved'],
  docs: {
    means:
      'Connections to that name go to another address, or the name does not resolve, although the Service is there.',
    why:
      'A `hosts`, `template` or `rewrite` block stands before the `kubernetes` plugin: that order is fixed when CoreDNS is compiled, whatever the ' +
      'order in the file. A `hosts` block without `fallthrough` answers SERVFAIL for all names that it does not hold.',
    proof: 'The Corefile, followed plugin by plugin for the name that is dialled.',
    fix: 'Remove the entry, or add `fallthrough`.',
    falseAlarmWhen:
      'A rewrite to another Service, an entry with the address of the Service itself, blocks for other names or record types: silent.',
  },
  check({ connection }, network) {
    const name = nameLookup(connection, network)
    const workload = clientOf(connection)
    if (name?.meant === undefined || workload === undefined) return undefined
    const { meant, meaning, lookup } = name
    const { answer } = lookup.outcome
    const { by } = answer
    const isLost = meaning === 'lost' && answer.why === 'by-configuration'
    if (by === undefined || !(isLost || (meaning === 'elsewhere' && by.plugin !== 'kubernetes')))
      return undefined
    const dns = clusterDns(network)
    if (dns.isAssumed) return undefined
    const reference = configReference(dns, referenceTo(meant))
    const { clusterIP = '' } = meant.spec
    return {
      proof: 'likely',
      about: reference,
      place: place.service(meant),
      alsoAt: [place.name(workload.key, connection.host)],
      summary: say`${reference}: the ${by.plugin} plugin (line ${by.line} of the Corefile) answers ${connection.host} ${isLost ? say`with ${word(rcode(lookup.outcome.is))}` : say`with ${addresses(answer.addresses)}`}, not ${referenceTo(meant)}${clusterIP === '' || clusterIP === 'None' ? word('') : say` (${clusterIP})`}`,
      detail: say`Plugins answer in a fixed order: rewrite, template and hosts before kubernetes, wherever they stand in the file.`,
      evidence: [
        ...lineEvidence(dns, by.line),
        { reference: referenceTo(meant), field: 'spec.clusterIP', value: meant.spec.clusterIP },
      ],
      advice: [
        isLost && by.plugin === 'hosts'
          ? say`add fallthrough to the hosts block`
          : say`take the name out of that block: kubectl -n ${reference.namespace ?? ''} edit configmap ${reference.name}`,
      ],
      confirm: lookUp(workload, connection),
    }
  },
})

function addresses(list: readonly string[]): Text {
  return listed(list.slice(0, 3).map((address) => say`${address}`))
}

function rcode(is: string): string {
  return is === 'servfail' ? 'SERVFAIL' : is === 'nodata' ? 'no address' : 'NXDOMAIN'
}
