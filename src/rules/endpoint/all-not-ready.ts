import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { describeCommand } from './commands.ts'
import { isSettling } from './settling.ts'
import { endpointRatio, freshWords, namedEndpoints, onePerPod, unreadyEvidence } from './unready-endpoints.ts'

export default defineRule({
  id: 'endpoint/all-not-ready',
  title: 'Service whose pods are all not ready',
  subject: 'Service',
  severity: 'error',
  explains: ['no-ready-endpoints'],
  docs: {
    means:
      'Pods exist and none of them is ready. Connections are refused at once, and a proxy in front answers 503.',
    why: 'The containers crash, a readiness probe fails, or a rollout replaced every pod with one that does not start.',
    proof:
      '`endpoints[].conditions.ready` is false in every slice of the Service, and the pods say `Ready=False`.',
    fix: 'Mend what keeps the pods from being ready; a more specific finding names it where the objects show it.',
    falseAlarmWhen:
      'Pods that only start are a note: within the time that their probes allow, or within the deadline of a rollout. ' +
      'Silent with publishNotReadyAddresses, and while terminating pods still serve.',
  },
  check(service, network) {
    if (selectorOf(service) === undefined) return undefined
    const endpoints = onePerPod(whole(network.services.endpoints(service)))
    const isServing = endpoints.some(({ ready, serving, terminating }) => ready || (serving && terminating))
    const living = endpoints.filter(({ terminating }) => !terminating)
    const [first] = living
    if (first === undefined || isServing) return undefined
    const reference = referenceTo(service)
    const isStarting = living.every((endpoint) => startsOnly(endpoint, network))
    const ratio = endpointRatio(0, living.length)
    return {
      proof: 'proven',
      severity: isStarting ? 'note' : undefined,
      place: place.service(service),
      summary: isStarting
        ? say`${reference} is starting: ${ratio} yet`
        : say`${reference} has no ready pod: ${ratio}`,
      detail: say`Not ready: ${namedEndpoints(living)}.${freshWords(first, network)}`,
      evidence: unreadyEvidence(living, network),
      advice: first.pod === undefined ? [] : [describeCommand(first.pod)],
    }
  },
})

function startsOnly({ pod }: Endpoint, network: Network): boolean {
  return pod !== undefined && isSettling(pod, network)
}
