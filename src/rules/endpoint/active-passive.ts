import { isReady } from '../../network/workloads/pods.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'

const words =
  /(^|[^a-z])(leader|leaderelect|standby|active-?passive|failover|primary|master|replica|role|ha-?enabled)([^a-z]|$)/i

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
  const asked = [readinessProbe?.httpGet?.path ?? '', ...(readinessProbe?.exec?.command ?? [])]
  return [...command, ...args, ...asked, ...env.map(({ name }) => name.replaceAll('_', '-'))].some((text) =>
    words.test(text),
  )
}
