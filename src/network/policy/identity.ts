import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Inventory } from '../inventory/inventory.ts'

/** Labels that controllers write: they change with every rollout, name a single pod or say where it runs. */
const generated: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
])

/** Keys that name an application, the usual ones first. */
const naming = ['app', 'app.kubernetes.io/name', 'k8s-app', 'name', 'run', 'component', 'role'] as const

/**
 * The fewest labels that name a pod and those like it: one naming label when it selects the same pods as all lasting
 * labels together, else all of these. Empty for a pod without labels.
 */
export function identityLabels(pod: Pod, inventory: Inventory): TextMap {
  const { labels, namespace = '' } = pod.metadata
  const lasting = Object.entries(labels).filter(
    ([key]) => !generated.has(key) && !key.startsWith('topology.kubernetes.io/'),
  )
  const all = Object.fromEntries(lasting.length === 0 ? Object.entries(labels) : lasting)
  const selected = inventory.select('Pod', namespace, all)
  if (selected.gaps.length > 0 || selected.items.length === 0) return all
  for (const key of naming) {
    const value = all[key]
    if (value === undefined) continue
    if (inventory.select('Pod', namespace, { [key]: value }).items.length === selected.items.length)
      return { [key]: value }
  }
  return all
}
