import { isReady } from '../../network/workloads/pods.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'

/** In arguments and names of variables. `role`, `master` and `replica` alone stand in too many others (AWS_ROLE_ARN). */
const written = /(^|[^a-z])(leader|leaderelect(ion)?|standby|active[-_]?passive|failover)([^a-z]|$)/i

/** In what the readiness probe asks: Patroni answers `/primary` on the leader only. */
const asked = /(^|[^a-z])(leader|primary|master|standby)([^a-z]|$)/i

const roleLabels = /(^|[/.-])(role|vault-active|leader)$/

/**
 * Whether pods form a set of which only the leader is Ready: one is, and the others differ in a label of its role, or
 * the containers speak of leaders and standbys.
 */
export function isActivePassive(pods: readonly Pod[]): boolean {
  const leaders = pods.filter(isReady)
  const [leader] = leaders
  if (leader === undefined || leaders.length > 1 || pods.length < 2) return false
  const hasRole = Object.entries(leader.metadata.labels).some(
    ([key, value]) =>
      roleLabels.test(key) && pods.some((pod) => pod !== leader && pod.metadata.labels[key] !== value),
  )
  return hasRole || leader.spec.containers.some(speaksOfLeaders)
}

function speaksOfLeaders({ command = [], args = [], env, readinessProbe }: Container): boolean {
  const probed = [readinessProbe?.httpGet?.path ?? '', ...(readinessProbe?.exec?.command ?? [])]
  const texts = [...command, ...args, ...env.map(({ name }) => name)]
  return texts.some((text) => written.test(text)) || probed.some((text) => asked.test(text))
}
