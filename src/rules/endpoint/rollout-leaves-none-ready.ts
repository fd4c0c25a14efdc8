import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Condition } from '../../snapshot/kinds/kind.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text, word } from '../text.ts'
import { type Backend, backendOf, consequence, readyRatio, severityOf } from './backend.ts'
import { isRollingOut } from './settling.ts'

const revisionAnnotation = 'deployment.kubernetes.io/revision'

export default defineRule({
  id: 'endpoint/rollout-leaves-none-ready',
  title: 'Rollout that is stuck, or takes every pod at once',
  subject: 'Workload',
  severity: 'error',
  explains: ['no-ready-endpoints', 'no-endpoints'],
  over: ['endpoint/all-not-ready', 'endpoint/some-not-ready'],
  docs: {
    means: 'The new pods do not become ready, and no old one is left to serve.',
    why: 'A release does not start, or maxUnavailable lets the rollout take all pods before a new one is ready.',
    proof:
      'The Deployment says `Progressing=False` with reason ProgressDeadlineExceeded, or its maxUnavailable covers all replicas while it rolls out and none is ready.',
    fix: 'Roll back, then mend the new version; set maxUnavailable to 0.',
    falseAlarmWhen:
      'Silent while a rollout is within its deadline and keeps pods, and for the strategy Recreate. A warning while old ' +
      'pods or other endpoints serve.',
  },
  check(workload, network) {
    const { object } = workload
    if (object?.kind !== 'Deployment') return undefined
    const stuck = object.status.conditions.find(isDeadlineExceeded)
    const takesAll = stuck === undefined && isRollingOut(workload) && leavesNone(workload)
    if (stuck === undefined && !takesAll) return undefined
    const backend = backendOf(workload, network)
    if (backend === undefined || backend.pods.length === 0) return undefined
    const isPartly = backend.readyPods === backend.pods.length
    if (isPartly || (takesAll && (backend.readyPods > 0 || backend.isCarried))) return undefined
    return stuck === undefined ? allAtOnce(backend) : noProgress(backend, stuck)
  },
})

function isDeadlineExceeded({ type, status, reason }: Condition): boolean {
  return type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded'
}

/** Whether a later release may take every pod at once: maxUnavailable, rounded down, covers all replicas. */
function leavesNone({ object, replicas = 1 }: Workload): boolean {
  if (object?.kind !== 'Deployment' || object.spec.strategy?.type === 'Recreate' || revisionOf(object) < 2)
    return false
  const most = object.spec.strategy?.rollingUpdate?.maxUnavailable
  if (most === undefined || replicas === 0) return false
  const count = typeof most === 'number' ? most : Math.floor((Number.parseInt(most, 10) * replicas) / 100)
  return count >= replicas
}

function revisionOf({
  metadata,
}: {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> }
}): number {
  return Number(metadata.annotations[revisionAnnotation] ?? 1)
}

function noProgress(backend: Backend, stuck: Condition): FindingDraft {
  const { workload } = backend
  const { reference, object } = workload
  const deadline = object?.kind === 'Deployment' ? (object.spec.progressDeadlineSeconds ?? 600) : 600
  return {
    ...common(backend),
    summary: say`The rollout of ${reference} is stuck: no new pod became ready within ${deadline} s; ${readyRatio(backend)}`,
    evidence: [
      { reference, field: 'status.conditions[type=Progressing].reason', value: stuck.reason },
      { reference, field: 'status.conditions[type=Progressing].message', value: stuck.message },
    ],
  }
}

function allAtOnce(backend: Backend): FindingDraft {
  const { reference, object } = backend.workload
  const value =
    object?.kind === 'Deployment' ? object.spec.strategy?.rollingUpdate?.maxUnavailable : undefined
  const evidence: readonly Evidence[] = [
    { reference, field: 'spec.strategy.rollingUpdate.maxUnavailable', value },
  ]
  return {
    ...common(backend),
    summary: say`The rollout of ${reference} took every pod at once (maxUnavailable ${String(value ?? '')}); ${readyRatio(backend)}`,
    evidence,
  }
}

function common(backend: Backend): Pick<FindingDraft, 'proof' | 'severity' | 'place' | 'detail' | 'advice'> {
  const { workload } = backend
  return {
    proof: 'proven',
    severity: severityOf(backend),
    place: place.pods(workload),
    detail: consequence(backend),
    advice: rollback(workload),
  }
}

function rollback({ namespace, reference, object }: Workload): readonly Text[] {
  const target = say`deployment/${reference.name}`
  const hasOlder = object !== undefined && revisionOf(object) > 1
  const verb = word(hasOlder ? 'undo' : 'status')
  return [say`kubectl -n ${namespace} rollout ${verb} ${target}`]
}
