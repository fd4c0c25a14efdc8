import { clusterDns } from '../../network/dns/cluster-dns.ts'
import { pointer } from '../../network/edit.ts'
import { nameLookup } from '../../network/flows/name-lookups.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { clientOf, dialEvidence, severityFor } from '../client/dialled.ts'
import { lookUp } from '../confirm.ts'
import type { Evidence } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'

export default defineRule({
  id: 'dns/search-list-lacks-namespace',
  title: "Search list without the pod's own namespace",
  subject: 'Connection',
  severity: 'warning',
  explains: ['name-not-resolved', 'name-leads-elsewhere'],
  docs: {
    means: 'Short names do not resolve, or lead to the Service of that name in another namespace.',
    why: 'With `dnsPolicy: None` the search list is what `dnsConfig.searches` says, often copied from another namespace.',
    proof:
      'The name that is dialled has no answer (or another one) with the search list of the template, and one with the usual list. It is an error ' +
      'where a name that is dialled fails.',
    fix: 'Add `NAMESPACE.svc.DOMAIN` in front of the searches, or use `dnsPolicy: ClusterFirst`, which only appends.',
    falseAlarmWhen:
      'Under other policies searches are only appended; full names need no search list: silent.',
  },
  check({ connection }, network) {
    const workload = clientOf(connection)
    if (workload === undefined || workload.spec.dnsPolicy !== 'None') return undefined
    const name = nameLookup(connection, network)
    if (name?.meant === undefined) return undefined
    const { lookup, meaning, meant } = name
    const wanted = `${workload.namespace}.svc.${clusterDns(network).zone.replace(/\.$/, '')}`
    const { searches } = lookup.conf
    const got = lookup.outcome.answer.service
    const isLost = meaning === 'lost' && lookup.missed !== undefined
    const isWrong = meaning === 'elsewhere' && got !== undefined && got !== meant
    if (searches[0] === wanted || !(isLost || isWrong)) return undefined
    const { reference, specPath, object } = workload
    const list = workload.spec.dnsConfig?.searches ?? []
    const path = [...specPath.split('.'), 'dnsConfig', 'searches']
    const isFixed = object === undefined || reference.kind === 'Pod' || reference.kind === 'Job'
    const value = [wanted, ...list.filter((item) => item !== wanted)]
    const evidence: Evidence[] = [
      {
        reference,
        field: `${specPath}.dnsConfig.searches`,
        value: list.length === 0 ? undefined : list.join(' '),
      },
      ...dialEvidence(connection.dials),
    ]
    return {
      proof: 'proven',
      severity: severityFor(workload, 'error'),
      about: reference,
      place: place.client(workload),
      summary: isLost
        ? say`${reference} dials ${connection.host}, and its search list lacks ${wanted}: the name does not resolve`
        : say`${reference} dials ${connection.host} and gets ${referenceTo(got ?? meant)} of namespace ${(got ?? meant).metadata.namespace ?? ''}: its search list lacks ${wanted}`,
      evidence,
      ...(isFixed
        ? { advice: [say`put ${wanted} in front of dnsConfig.searches`] }
        : {
            fix: {
              edits: [
                {
                  kind: 'patch',
                  reference,
                  operations: [{ op: list.length === 0 ? 'add' : 'replace', path: pointer(...path), value }],
                },
              ],
            },
          }),
      confirm: lookUp(workload, connection),
    }
  },
})
