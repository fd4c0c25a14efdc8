import { serviceCandidates } from '../../network/dns/names.ts'
import { joinReads, whole } from '../../network/inventory/read.ts'
import { isHeadless } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { isDeleting, isFinished, isReady } from '../../network/workloads/pods.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { dialEvidence } from '../client/dialled.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'

export default defineRule({
  id: 'dns/headless-without-records',
  title: 'Headless Service without records, by which its own pods look for each other',
  subject: 'Service',
  severity: 'warning',
  docs: {
    means:
      'The pods cannot find each other before any of them is ready, and may become ready only when they have: none ever does.',
    why: 'A headless Service has records only for pods that are ready, unless `publishNotReadyAddresses` is set.',
    proof: '`clusterIP: None`, no ready endpoint, pods that are not ready, and these pods dial that Service.',
    fix: 'Set `publishNotReadyAddresses: true`.',
    falseAlarmWhen:
      'At least one pod is ready, none is wanted, addresses are published in any case, or the pods do not dial the Service themselves: silent.',
  },
  check(service, network) {
    if (!isHeadless(service) || service.spec.publishNotReadyAddresses === true) return undefined
    const pods = network.services
      .selected(service)
      .items.filter((pod) => !isFinished(pod) && !isDeleting(pod))
    if (pods.length === 0 || pods.some(isReady)) return undefined
    const behind = new Map(
      pods.flatMap((pod) => {
        const workload = network.workloads.ofPod(pod)
        return workload === undefined ? [] : [[workload.key, workload] as const]
      }),
    )
    const { name, namespace = '' } = service.metadata
    const peers = [...behind.values()].flatMap((workload) => {
      const dials = network.references.of(workload).items.filter(({ host }) => {
        const meant = serviceCandidates(host, workload.namespace)
        const own = host.split('.')
        // `pod-0.peers` may be written without the namespace.
        const isOwnPod = own.length === 2 && own[1] === name && workload.namespace === namespace
        return isOwnPod || (meant?.service === name && meant.namespace === namespace)
      })
      return dials.length === 0 ? [] : [{ workload, dials }]
    })
    const [peer] = peers
    if (peer === undefined) return undefined
    const endpoints = whole(
      joinReads((['IPv4', 'IPv6'] as const).map((family) => network.services.endpoints(service, family))),
    )
    if (endpoints.some(({ ready }) => ready)) return undefined
    const reference = referenceTo(service)
    return {
      proof: 'proven',
      place: place.service(service),
      summary: say`${reference} has no records, for none of its ${pods.length} pods is ready, and ${peer.workload.reference} looks for its own peers by that name`,
      detail: say`A headless Service lists only pods that are ready; peers that need each other to become ready never do.`,
      evidence: [
        { reference, field: 'spec.publishNotReadyAddresses', value: service.spec.publishNotReadyAddresses },
        ...dialEvidence(peer.dials.slice(0, 3)),
        ...pods.slice(0, 3).map((pod) => ({
          reference: referenceTo(pod),
          field: 'status.conditions[Ready]',
          value: false,
        })),
      ],
      fix: {
        edits: [
          {
            kind: 'patch',
            reference,
            operations: [
              {
                op: service.spec.publishNotReadyAddresses === undefined ? 'add' : 'replace',
                path: '/spec/publishNotReadyAddresses',
                value: true,
              },
            ],
          },
        ],
      },
    }
  },
})
