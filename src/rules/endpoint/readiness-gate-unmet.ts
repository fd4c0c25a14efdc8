import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { condition, isReady } from '../../network/workloads/pods.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text, word } from '../text.ts'
import { backendOf, consequence, readyRatio, severityOf } from './backend.ts'
import { describeCommand } from './commands.ts'
import { registrationMs } from './settling.ts'

/** Who writes well-known gates. */
const controllers: readonly (readonly [RegExp, string])[] = [
  [
    /^target-health\..*(elbv2|alb\.ingress)\.k8s\.aws/,
    'the AWS Load Balancer Controller, when the target is healthy',
  ],
  [/load-balancer-neg-ready$/, 'the NEG controller of Google Cloud, when the endpoint is healthy'],
  [/kruise\.io\/|^InPlaceUpdateReady$/, 'OpenKruise, when its update is done'],
]

export default defineRule({
  id: 'endpoint/readiness-gate-unmet',
  title: 'Readiness gate that nobody opens',
  subject: 'Workload',
  severity: 'error',
  explains: ['no-ready-endpoints'],
  over: ['endpoint/all-not-ready', 'endpoint/some-not-ready'],
  docs: {
    means:
      'All containers are ready and the pod is not: it waits for a condition that another controller must set.',
    why: 'That controller does not run, has no permission, or its load balancer finds the pod unhealthy.',
    proof:
      '`spec.readinessGates` names a condition that is absent from `status.conditions` or not True, with ContainersReady=True.',
    fix: 'Look at the controller that owns the gate; its log and the target group say why.',
    falseAlarmWhen:
      'Silent for two minutes after the containers became ready: a new target registers in that time. A warning while ' +
      'other endpoints carry the load.',
  },
  check(workload, network) {
    const backend = backendOf(workload, network)
    const waiting = backend?.pods.flatMap((pod) => shutGate(pod, network) ?? []) ?? []
    const [first] = waiting
    if (backend === undefined || first === undefined) return undefined
    const { pod, gate } = first
    return {
      proof: 'proven',
      severity: severityOf(backend),
      place: place.pods(workload),
      alsoAt: waiting.map((item) => place.pod(workload.namespace, item.pod.metadata.name)),
      summary: say`${workload.reference} waits for readiness gate ${gate}: its containers are ready, ${readyRatio(backend)}`,
      detail: say`The condition is set by ${controllerOf(gate)}. ${consequence(backend)}`,
      evidence: waiting.slice(0, 3).flatMap(evidenceOf),
      advice: [describeCommand(pod)],
    }
  },
})

interface ShutGate {
  readonly pod: Pod
  readonly gate: string
}

function shutGate(pod: Pod, network: Network): ShutGate | undefined {
  const contained = condition(pod, 'ContainersReady')
  if (isReady(pod) || contained?.status !== 'True') return undefined
  if ((network.inventory.ageMs(contained.lastTransitionTime) ?? Number.POSITIVE_INFINITY) < registrationMs)
    return undefined
  const gate = pod.spec.readinessGates.find(
    ({ conditionType }) => condition(pod, conditionType)?.status !== 'True',
  )
  return gate === undefined ? undefined : { pod, gate: gate.conditionType }
}

function controllerOf(gate: string): Text {
  const known = controllers.find(([pattern]) => pattern.test(gate))
  return word(known?.[1] ?? 'whichever controller put the gate there')
}

function evidenceOf({ pod, gate }: ShutGate): readonly Evidence[] {
  const reference = referenceTo(pod)
  return [
    { reference, field: `status.conditions[type=${gate}].status`, value: condition(pod, gate)?.status },
    { reference, field: 'status.conditions[type=ContainersReady].status', value: 'True' },
  ]
}
