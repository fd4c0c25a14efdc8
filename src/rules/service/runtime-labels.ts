/** Label keys that controllers write on pods and no template holds. */
const written = new Set([
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'controller-revision-hash',
  'pod-template-hash',
  'rollouts-pod-template-hash',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
  'job-name',
])

/** Keys by which a rollout controller points a Service at one revision. */
const revisions = new Set(['rollouts-pod-template-hash', 'pod-template-hash', 'controller-revision-hash'])

/** Keys that say which application a pod is of. */
const identities = new Set(['app', 'k8s-app', 'run', 'name', 'app.kubernetes.io/name'])

/** Whether controllers write this label at run time, so that templates never carry it. */
export function isRuntimeKey(key: string): boolean {
  return written.has(key)
}

export function isRevisionKey(key: string): boolean {
  return revisions.has(key)
}

export function isIdentityKey(key: string): boolean {
  return identities.has(key)
}

/** Whether operators of active/passive sets write this label on the pod that leads. */
export function isRoleKey(key: string): boolean {
  return /(^|[/.-])(instance)?role$|leader|master|primary/i.test(key)
}
