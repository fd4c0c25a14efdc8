import { controllerOf } from '../../network/workloads/owners.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { PodSpec } from '../../snapshot/kinds/pod-spec.ts'

/** The kubelet's copy of a pod whose file lies on a node. */
export function isStatic(pod: Pod): boolean {
  const { annotations, ownerReferences } = pod.metadata
  return (
    annotations['kubernetes.io/config.mirror'] !== undefined ||
    ownerReferences.some(({ kind }) => kind === 'Node')
  )
}

/** A pod that somebody started by hand: no controller makes it again, no operator and no kubelet owns it. */
export function isBare(pod: Pod): boolean {
  return controllerOf(pod) === undefined && pod.metadata.ownerReferences.length === 0 && !isStatic(pod)
}

const toolImages =
  /(^|\/)(netshoot|busybox|alpine|curl|curlimages|dnsutils|jessie-dnsutils|network-multitool|multitool|nettools|net-tools|debian|ubuntu|toolbox|swiss-army-knife|tcpdump|kubectl|agnhost)([:@/]|$)/i

const idleCommands = /^(sleep\b|tail\b|(\/bin\/|\/usr\/bin\/)?(ba|a|da|z)?sh\b|cat$)/

/** What shows that a pod is a tool and no server: its image, its command, how it was started. In words. */
export function toolSigns(pod: Pod): readonly string[] {
  const { spec, metadata } = pod
  const [container] = spec.containers
  const image = container?.image ?? ''
  const command = [...(container?.command ?? []), ...(container?.args ?? [])].join(' ')
  return [
    ...(toolImages.test(image) ? [`image ${image}`] : []),
    ...(idleCommands.test(command) ? [`command ${command.split('\n')[0]?.slice(0, 60) ?? ''}`] : []),
    ...(metadata.labels['run'] === metadata.name ? [`started by kubectl run`] : []),
    ...(spec.restartPolicy === 'Never' ? ['restartPolicy Never'] : []),
  ]
}

/** Whether two pods run the same program. */
export function isSameProgram(a: PodSpec, b: PodSpec): boolean {
  const images = (spec: PodSpec): string =>
    spec.containers.map(({ image, command }) => [image, ...(command ?? [])].join(' ')).join('|')
  return images(a) === images(b)
}
