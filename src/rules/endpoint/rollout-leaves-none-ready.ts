import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Condition } from '../../snapshot/kinds/kind.ts'
import type { WorkloadObject } from '../../snapshot/kinds/workload.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import { backendOf, consequence, readyRatio, severityOf } from './backend.ts'
import { isRollingOut } from './settling.ts'
import { whyUnready } from './why-unready.ts'

const revisionAnnotation = 'deployment.kubernetes.io/revision'

export default defineRule({
  id: 'endpoint/rollout-leaves-none-ready',
  title: 'Rollout that is stuck, or takes every pod at once',
  subject: 'Workload',
  severity: 'error',
  explains: ['no-ready-endpoints', 'no-endpoints'],
  over: [
    'endpoint/all-not-ready',
    'endpoint/some-not-ready',
    'endpoint/backend-crashing',
    'endpoint/readiness-probe-failing',
    'endpoint/readiness-gate-unmet',
    'endpoint/killed-before-ready',
    'endpoint/container-port-conflict',
  ],
  docs: {
    means: 'The new pods do not become ready, and no old one is left to serve.',
    why: 'A release does not start, or maxUnavailable lets the rollout take all pods before a new one is ready.',
    proof:
      'The Deployment says `Progressing=False` with reason ProgressDeadlineExceeded, or its maxUnavailable covers all replicas while it rolls out and none is ready.',
    fix: 'Roll back, then mend the new version; set maxUnavailable to 0.',
    falseAlarmWhen:
      'Silent while a rollout is within its deadline and keeps pods, for the strategy Recreate within it, and for a first ' +
      'release, which replaces nothing: what keeps its pods from being ready is said then. A warning while old ' +
      'pods or other endpoints serve.',
  },
  check(workload, network) {
    const { object } = workload
    if (object?.kind !== 'Deployment' || revisionOf(object) < 2) return undefined
    const stuck = object.status.conditions.find(isDeadlineExceeded)
    const takesAll = stuck === undefined && isRollingOut(workload) && mayTakeAll(workload)
    if (stuck === undefined && !takesAll) return undefined
    const backend = backendOf(workload, network)
    if (backend === undefined || backend.readyPods === backend.pods.length) return undefined
    if (takesAll && (backend.readyPods > 0 || backend.isCarried)) return undefined
    const reason = whyUnready(backend, network)
    const because = reason === undefined ? [] : say`; ${reason.words}`
    return {
      proof: 'proven',
      severity: severityOf(backend),
      place: place.pods(workload),
      summary: say`The rollout of ${workload.reference} ${stuck === undefined ? tookAll(object) : isStuck(object)}: ${readyRatio(backend)}${because}`,
      detail: consequence(backend),
      evidence: [...rolloutEvidence(object, stuck), ...(reason?.evidence ?? [])],
      advice: [
        say`kubectl -n ${workload.namespace} rollout undo deployment/${workload.reference.name}`,
        ...(reason?.advice ?? []),
      ],
      logs: reason?.logs,
    }
  },
})

type Deployment = Pick<WorkloadObject, 'apiVersion' | 'kind' | 'metadata' | 'spec'>

function isDeadlineExceeded({ type, status, reason }: Condition): boolean {
  return type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded'
}

/** The first release is revision 1: there is nothing that it could take away, and nothing to go back to. */
function revisionOf({ metadata }: Deployment): number {
  return Number(metadata.annotations[revisionAnnotation] ?? 1)
}

/** Whether the rollout may take every pod at once: maxUnavailable, rounded down as the controller does, covers all replicas. */
function mayTakeAll({ object, replicas = 1 }: Workload): boolean {
  if (object?.kind !== 'Deployment' || object.spec.strategy?.type === 'Recreate' || replicas === 0)
    return false
  const most = object.spec.strategy?.rollingUpdate?.maxUnavailable
  if (most === undefined) return false
  const count = typeof most === 'number' ? most : Math.floor((Number.parseInt(most, 10) * replicas) / 100)
  return count >= replicas
}

function isStuck({ spec }: Deployment): Text {
  return say`is stuck, no new pod became ready within ${spec.progressDeadlineSeconds ?? 600} s`
}

function tookAll({ spec }: Deployment): Text {
  return say`took every pod at once (maxUnavailable ${String(spec.strategy?.rollingUpdate?.maxUnavailable ?? '')})`
}

function rolloutEvidence(object: Deployment, stuck: Condition | undefined): readonly Evidence[] {
  const reference = referenceTo(object)
  if (stuck === undefined) {
    const value = object.spec.strategy?.rollingUpdate?.maxUnavailable
    return [{ reference, field: 'spec.strategy.rollingUpdate.maxUnavailable', value }]
  }
  const field = 'status.conditions[type=Progressing]'
  return [
    { reference, field: `${field}.reason`, value: stuck.reason },
    { reference, field: `${field}.message`, value: stuck.message },
  ]
}
