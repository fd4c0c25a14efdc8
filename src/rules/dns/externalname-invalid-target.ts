import { clusterDns } from '../../network/dns/cluster-dns.ts'
import { absoluteName, isIn } from '../../network/dns/corefile/zones.ts'
import { clusterAnswer } from '../../network/dns/server.ts'
import type { Edit } from '../../network/edit.ts'
import { parseAddress } from '../../network/inventory/address.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { isExternalName } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text, word } from '../text.ts'

export default defineRule({
  id: 'dns/externalname-invalid-target',
  title: 'ExternalName that leads nowhere',
  subject: 'Service',
  severity: 'error',
  explains: ['name-not-resolved'],
  docs: {
    means: 'The name of the Service has no address.',
    why:
      'An ExternalName becomes a CNAME record to an absolute name: no search list helps, so a short name is asked of the internet, an IP address is no name ' +
      'at all, and names of the cluster must be there.',
    proof: '`spec.externalName`, and for a name of the cluster the Services that would have it.',
    fix: 'Write the full name. For an address, make a Service without selector and an EndpointSlice.',
    falseAlarmWhen:
      'A full name outside of the cluster is not judged: only a live check tells whether it resolves.',
  },
  check(service, network) {
    if (!isExternalName(service)) return undefined
    const target = service.spec.externalName ?? ''
    if (target === '') return undefined
    if (parseAddress(target) !== undefined)
      return draft(
        service,
        say`is an address, and DNS needs a name there: the Service does not resolve`,
        word('make a Service without selector and an EndpointSlice with that address instead'),
      )
    const name = absoluteName(target)
    const dns = clusterDns(network)
    if (name.split('.').length === 2) return short(service, target, dns.zone, network)
    if (!isIn(name, dns.zone)) return undefined
    const given = clusterAnswer(name, 'A', network)
    if (given.is === 'unknown') whole({ items: [], gaps: given.gaps })
    const other = given.is === 'nodata' ? clusterAnswer(name, 'AAAA', network) : given
    if ((given.is !== 'nxdomain' && given.is !== 'nodata') || other.is === 'found') return undefined
    // Pods that are not ready come and go.
    if (given.why === 'no-ready-endpoint' || given.why === 'no-such-endpoint') return undefined
    const why =
      given.why === 'external-name-cycle'
        ? 'leads back to itself'
        : 'is a name of the cluster that nobody has'
    return draft(service, say`${word(why)}: the Service does not resolve`, word('name a Service that exists'))
  },
})

/** A name of one label: most often a Service of the same namespace is meant. */
function short(service: Service, target: string, zone: string, network: Network): FindingDraft {
  const { namespace = '', name: own } = service.metadata
  const [meant] = target === own ? [] : network.services.get(namespace, target).items
  const full = `${target}.${namespace}.svc.${zone.replace(/\.$/, '')}`
  const edit: Edit = {
    kind: 'patch',
    reference: referenceTo(service),
    operations: [{ op: 'replace', path: '/spec/externalName', value: full }],
  }
  const what = say`is a name of one label, which is looked up as it is, without any search list: the Service does not resolve`
  return meant === undefined
    ? draft(service, what, word('write the full name of what is meant'))
    : { ...draft(service, what, undefined), fix: { edits: [edit] } }
}

function draft(service: Service, what: Text, advice: Text | undefined): FindingDraft {
  const reference = referenceTo(service)
  return {
    proof: 'proven',
    place: place.service(service),
    summary: say`${reference}: externalName ${service.spec.externalName ?? ''} ${what}`,
    evidence: [{ reference, field: 'spec.externalName', value: service.spec.externalName }],
    advice: advice === undefined ? undefined : [advice],
  }
}
