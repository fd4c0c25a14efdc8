import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import type { Condition } from '../../snapshot/kinds/kind.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { counted, say } from '../text.ts'

/** A new target gets this long to be found healthy. */
const registeringMs = 5 * 60_000

/** Conditions that controllers of cloud load balancers set on pods. */
const gates: readonly RegExp[] = [
  /^target-health\.elbv2\.k8s\.aws\//,
  /^target-health\.alb\.ingress\.k8s\.aws\//,
  /^cloud\.google\.com\/load-balancer-neg-ready$/,
]

/** Reasons of targets that were not found unhealthy yet: whoever checks them may not run at all. */
const stillChecking = /InitialHealthChecking|RegistrationInProgress/

export default defineRule({
  id: 'loadbalancer/targets-unhealthy',
  title: 'Load balancer that finds its targets unhealthy',
  subject: 'Service',
  severity: 'error',
  explains: ['no-ready-endpoints'],
  over: ['endpoint/readiness-gate-unmet', 'endpoint/all-not-ready', 'endpoint/some-not-ready'],
  docs: {
    means:
      'The cloud’s load balancer sends the pods nothing, or (an AWS load balancer whose targets are all unhealthy) everything, by failing open.',
    why: 'Its health check asks for another path or port than the application answers, or a firewall or security group is in the way.',
    proof:
      'The condition that the load balancer’s controller sets on each pod (a readiness gate) is False, with the reason that it gives.',
    fix: 'Health check path and port, security groups and firewall rules of the load balancer.',
    falseAlarmWhen:
      'A condition that is younger than five minutes, or a target that was not checked yet: that is told by endpoint/readiness-gate-unmet.',
  },
  check(service, network) {
    const pods = whole(network.services.selected(service))
    const wrong = pods.flatMap((pod) => {
      const condition = unhealthy(pod, network)
      return condition === undefined ? [] : [{ pod, condition }]
    })
    const [first] = wrong
    if (first === undefined) return undefined
    const by = referenceTo(service)
    const { reason = 'no reason', message } = first.condition
    return {
      proof: 'proven',
      severity: wrong.length === pods.length ? 'error' : 'warning',
      place: place.service(service),
      share: wrong.length === pods.length ? undefined : { failing: wrong.length, of: pods.length },
      summary: say`The load balancer finds ${wrong.length} of ${counted(pods.length, 'pod')} of ${by} unhealthy: ${reason}`,
      detail: message === undefined || message === '' ? undefined : say`Its controller says: ${message}`,
      evidence: wrong.slice(0, 3).map(({ pod, condition }) => ({
        reference: referenceTo(pod),
        field: `status.conditions[type=${condition.type}].status`,
        value: `${condition.status} ${condition.reason ?? ''}`.trim(),
      })),
      advice: [
        say`compare path and port of the load balancer's health check with what the pods answer, and open its security group or firewall for them`,
      ],
    }
  },
})

function unhealthy(pod: Pod, network: Network): Condition | undefined {
  return pod.status.conditions.find(
    ({ type, status, reason, lastTransitionTime }) =>
      status === 'False' &&
      !stillChecking.test(reason ?? '') &&
      gates.some((gate) => gate.test(type)) &&
      (network.inventory.ageMs(lastTransitionTime) ?? registeringMs) >= registeringMs,
  )
}
