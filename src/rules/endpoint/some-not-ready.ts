import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { isActivePassive } from './active-passive.ts'
import { describeCommand } from './commands.ts'
import { isRollingOut, isSettling } from './settling.ts'
import { endpointRatio, freshWords, namedEndpoints, onePerPod, unreadyEvidence } from './unready-endpoints.ts'

export default defineRule({
  id: 'endpoint/some-not-ready',
  title: 'Service with a part of its pods not ready',
  subject: 'Service',
  severity: 'warning',
  docs: {
    means:
      'Traffic goes to the ready pods only: it works, with less capacity and less reserve than intended.',
    why: 'Some pods crash, run on a sick node, or fail their readiness probe.',
    proof: '`endpoints[].conditions.ready` in the slices of the Service, and the pods say `Ready=False`.',
    fix: 'Mend what keeps those pods from being ready; a more specific finding names it where the objects show it.',
    falseAlarmWhen:
      'Silent for pods that only start, for one pod of a rollout within its deadline, for sets of which only the ' +
      'leader is ready, and with publishNotReadyAddresses.',
  },
  check(service, network) {
    if (selectorOf(service) === undefined) return undefined
    const living = onePerPod(whole(network.services.endpoints(service))).filter(
      ({ terminating }) => !terminating,
    )
    const ready = living.filter((endpoint) => endpoint.ready)
    const unready = living.filter((endpoint) => !endpoint.ready && !isExpected(endpoint, living, network))
    const [first] = unready
    if (first === undefined || ready.length === 0) return undefined
    return {
      proof: 'proven',
      place: place.service(service),
      summary: say`${referenceTo(service)}: only ${endpointRatio(ready.length, living.length)}`,
      detail: say`Traffic goes to the ready ${word(ready.length === 1 ? 'one' : 'ones')}. Not ready: ${namedEndpoints(unready)}.${freshWords(first, network)}`,
      evidence: unreadyEvidence(unready, network),
      advice: first.pod === undefined ? [] : [describeCommand(first.pod)],
    }
  },
})

/** Not ready by design or for the moment: it starts, is replaced by a rollout, or stands by. */
function isExpected({ pod }: Endpoint, living: readonly Endpoint[], network: Network): boolean {
  if (pod === undefined) return false
  if (isSettling(pod, network)) return true
  const siblings = living.flatMap((endpoint) => endpoint.pod ?? [])
  if (isActivePassive(siblings)) return true
  const workload = network.workloads.ofPod(pod)
  if (workload?.reference.kind !== 'StatefulSet' || !isRollingOut(workload)) return false
  // A StatefulSet replaces one pod at a time and waits for it.
  return (
    siblings.filter((sibling) => network.workloads.ofPod(sibling)?.key === workload.key).length - 1 <=
    readyCount(living)
  )
}

const readyCount = (endpoints: readonly Endpoint[]): number => endpoints.filter(({ ready }) => ready).length
