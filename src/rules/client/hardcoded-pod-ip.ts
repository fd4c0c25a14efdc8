import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { addressText, dialEvidence, severityFor, whereWritten } from './dialled.ts'
import { addressDialled, aliasEvidence, aliasUsed, withoutAlias } from './host-alias.ts'
import { servicesOfPod } from './instead.ts'
import { dialService, pinOf, podDialled } from './pod-address.ts'

export default defineRule({
  id: 'client/hardcoded-pod-ip',
  title: 'Address of a pod written into a workload',
  subject: 'Connection',
  severity: 'error',
  docs: {
    means: 'It works until that pod is replaced: then the address belongs to nobody, or to another pod.',
    why: 'Somebody wrote down the address of a pod, often because a name did not resolve.',
    proof:
      'An address in env values, args, command, probes or hostAliases of the template is in `status.podIPs` of another pod.',
    fix: 'Dial the Service that selects the pod.',
    falseAlarmWhen:
      'Addresses of nodes and of pods on the host network, of the workload itself, and those that come by fieldRef: then ' +
      'it is silent. An address that the pod is pinned to by its CNI is a warning.',
  },
  check({ connection, resolved }, network) {
    const found = podDialled(connection, resolved, network)
    if (found === undefined) return undefined
    const { pod, workload } = found
    const alias = aliasUsed(connection, workload)
    const dials =
      alias === undefined
        ? connection.dials.filter(({ source }) => source.kind !== 'config-map')
        : connection.dials
    if (dials.length === 0) return undefined
    const pin = pinOf(pod)
    const reference = referenceTo(pod)
    const by = alias === undefined ? word('') : say`, which hostAliases give ${alias.ip}`
    return {
      proof: 'proven',
      severity: severityFor(workload, pin === undefined ? 'error' : 'warning'),
      place: place.name(workload.key, connection.host),
      summary: say`${workload.reference} dials ${addressText(connection)} (${whereWritten(dials)})${by}: the address of ${reference}, which it loses at its next restart`,
      detail:
        pin === undefined
          ? undefined
          : say`The annotation ${pin} keeps the address for the pod, until somebody takes it away.`,
      evidence: [
        ...dialEvidence(dials),
        ...aliasEvidence(connection, workload),
        { reference, field: 'status.podIPs', value: addressDialled(connection, workload) },
      ],
      ...(alias === undefined
        ? dialService(dials, servicesOfPod(pod, connection.port, network), workload, pod)
        : withoutAlias(connection, alias, workload, network)),
    }
  },
})
