import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import type { ContainerStatus, Pod } from '../../snapshot/kinds/pod.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import { lasting } from '../ages.ts'
import { logsCommand } from '../endpoint/commands.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { dnsPods } from './dns-pods.ts'

/** Older restarts tell of the past. */
const recentMs = 3_600_000

export default defineRule({
  id: 'dns/coredns-restarting',
  title: 'DNS pods restart',
  subject: 'ClusterDns',
  severity: 'warning',
  docs: {
    means: 'Lookups are lost or late whenever one of them goes down.',
    why: 'The memory limit is too small for the number of Services and pods, the liveness probe fails under load, or the configuration is refused.',
    proof:
      'A container of a DNS pod has ended within the last hour: `restartCount` and `lastState.terminated`.',
    fix: 'Read its last words; raise the memory limit when it was OOMKilled.',
    falseAlarmWhen:
      'The last restart is more than an hour ago, or the container ended by itself with code 0: silent.',
  },
  check(dns, network) {
    const restarted = dnsPods(dns).flatMap((pod) => {
      const status = pod.status.containerStatuses.find((item) => isRecent(item, network))
      return status === undefined ? [] : [{ pod, status }]
    })
    const [first] = restarted
    const [workload] = dns.workloads
    if (first === undefined || workload === undefined) return undefined
    const { pod, status } = first
    const ended = status.lastState.terminated
    const age = network.inventory.ageMs(ended?.finishedAt) ?? 0
    const isKilled = ended?.reason === 'OOMKilled'
    return {
      proof: 'proven',
      about: workload.reference,
      place: place.pods(workload),
      alsoAt: [place.dns],
      summary: say`${workload.reference}, the DNS of the cluster: ${restarted.length} of ${dnsPods(dns).length} pods restarted lately, the last time ${lasting(age)} ago${isKilled ? word(', killed for memory') : say` (${ended?.reason ?? 'Error'}, exit code ${ended?.exitCode ?? 0})`}`,
      evidence: restarted.slice(0, 3).flatMap((item) => evidenceOf(item.pod, item.status)),
      advice: [
        isKilled
          ? say`raise resources.limits.memory of container ${status.name}: kubectl -n ${workload.namespace} edit ${workload.reference.kind.toLowerCase()}/${workload.reference.name}`
          : logsCommand(pod, status.name, 'previous'),
      ],
      logs: [{ namespace: workload.namespace, pod: pod.metadata.name, container: status.name }],
    }
  },
})

function isRecent({ restartCount, lastState }: ContainerStatus, { inventory }: Network): boolean {
  const { terminated } = lastState
  const age = inventory.ageMs(terminated?.finishedAt)
  return restartCount > 0 && age !== undefined && age < recentMs && terminated?.exitCode !== 0
}

function evidenceOf(pod: Pod, status: ContainerStatus) {
  const reference: ObjectReference = referenceTo(pod)
  const at = `status.containerStatuses[${pod.status.containerStatuses.indexOf(status)}]`
  return [
    { reference, field: `${at}.restartCount`, value: status.restartCount },
    { reference, field: `${at}.lastState.terminated.reason`, value: status.lastState.terminated?.reason },
  ]
}
