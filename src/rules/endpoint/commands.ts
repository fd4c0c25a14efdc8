import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { say, type Text, word } from '../text.ts'

/** The last words of a container before it was restarted, or its log now. */
export function logsCommand(pod: Pod, container: string, when: 'previous' | 'now'): Text {
  const flags = word(when === 'previous' ? 'logs --previous' : 'logs --tail=50')
  return say`kubectl -n ${pod.metadata.namespace ?? ''} ${flags} ${pod.metadata.name} -c ${container}`
}

export function describeCommand(pod: Pod): Text {
  return say`kubectl -n ${pod.metadata.namespace ?? ''} describe pod ${pod.metadata.name}`
}

/** `kubectl -n shop edit deployment/web`: kubectl resolves the lower-case kind of everything it serves. */
export function editCommand({ reference, namespace }: Workload): Text {
  return say`kubectl -n ${namespace} edit ${reference.kind.toLowerCase()}/${reference.name}`
}
