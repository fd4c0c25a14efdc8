import type { Workload } from '../../network/workloads/workload.ts'
import { listed, say, type Text } from '../text.ts'
import type { NodeLabels } from './missing-node-labels.ts'
import type { Hindrance } from './not-started.ts'

/** What to do about pods that do not start: by the words of whoever refused them. */
export function adviceFor(
  workload: Workload,
  hindrance: Hindrance,
  labels: readonly NodeLabels[],
): readonly Text[] {
  const { namespace } = workload
  const { kind, name } = workload.reference
  const object = `${kind.toLowerCase()}/${name}`
  const message = hindrance.message ?? ''
  if (labels.length > 0) return labels.flatMap((label) => aboutLabel(label, workload))
  if (hindrance.kind === 'not-created') {
    if (/exceeded quota/.test(message))
      return [
        say`kubectl -n ${namespace} describe resourcequota`,
        say`Raise the quota, or lower the requests of ${object}.`,
      ]
    if (/violates PodSecurity/.test(message)) {
      return [
        say`Set the fields of securityContext that the message names: kubectl -n ${namespace} edit ${object}`,
      ]
    }
    const account = /serviceaccount "([a-z0-9.-]+)" not found/.exec(message)?.[1]
    if (account !== undefined) return [say`kubectl -n ${namespace} create serviceaccount ${account}`]
  }
  if (hindrance.kind === 'outdated') return [say`kubectl -n ${namespace} rollout restart ${object}`]
  const [pod] = hindrance.pods
  if (pod !== undefined) return [say`kubectl -n ${namespace} describe pod ${pod.metadata.name}`]
  return [say`kubectl -n ${namespace} describe ${object}`]
}

function aboutLabel({ key, wanted, present }: NodeLabels, workload: Workload): readonly Text[] {
  const values = present.slice(0, 3).map((item) => say`${`${key}=${item}`}`)
  const { kind, name } = workload.reference
  return [
    ...(values.length === 0 ? [] : [say`Nodes have ${listed(values)}.`]),
    say`Label a node: kubectl label node NODE ${`${key}=${wanted[0] ?? 'true'}`}`,
    say`Or correct what the template asks for: kubectl -n ${workload.namespace} edit ${`${kind.toLowerCase()}/${name}`}`,
  ]
}
