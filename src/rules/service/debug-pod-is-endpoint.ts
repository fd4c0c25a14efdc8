import { pointer } from '../../network/edit.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { askEndpoint } from '../confirm.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { isBare, isSameProgram, toolSigns } from './debug-pods.ts'
import { endpointEvidence } from './exact-evidence.ts'
import { keyField } from './fields.ts'
import { declaresPort, probesPort } from './pod-ports.ts'

export default defineRule({
  id: 'service/debug-pod-is-endpoint',
  title: 'Test pod that receives production traffic',
  subject: 'Endpoint',
  severity: 'error',
  over: ['service/selector-spans-workloads', 'endpoint/no-server-declared'],
  docs: {
    means:
      'A share of the connections to the Service goes to a pod that serves nothing, and is refused: it works, fails, works.',
    why: 'Somebody started a pod by hand with the labels of an application, to test from its place.',
    proof:
      'The endpoint is a pod without any owner beside pods that a controller made; it does not declare the target port, ' +
      'or its image, command or restartPolicy are those of a tool.',
    fix: 'Take the labels of the selector off the pod, or delete it.',
    falseAlarmWhen:
      'All endpoints are bare pods, the pod is static or belongs to an operator, runs the same program as the others, or ' +
      'declares and probes the target port.',
  },
  check(endpoint, network) {
    const { pod, service } = endpoint
    const selector = selectorOf(service)
    if (pod === undefined || selector === undefined || !endpoint.ready || !isBare(pod)) return undefined
    const all = whole(network.services.endpoints(service))
    const [first = endpoint, ...more] = all.filter(({ podName }) => podName === endpoint.podName)
    if (first !== endpoint) return undefined
    const ready = all.filter((other) => other.port === endpoint.port && other.ready)
    const owned = ready.flatMap((other) => (other.pod === undefined || isBare(other.pod) ? [] : other.pod))
    if (owned.length === 0 || isServer(endpoint, pod, owned)) return undefined
    return finding(endpoint, pod, Object.keys(selector), {
      ready: ready.length,
      more,
      entry: endpointEvidence(endpoint, network, 'targetRef.name', ({ targetRef }) => targetRef?.name),
    })
  },
})

/** Whether the pod looks like one that answers: then it is meant to be there, however it was started. */
function isServer({ targetPort, port }: Endpoint, pod: Pod, owned: readonly Pod[]): boolean {
  if (owned.some((other) => isSameProgram(other.spec, pod.spec)) || targetPort === undefined) return true
  if (!declaresPort(pod.spec, targetPort, port?.protocol ?? 'TCP')) return false
  return probesPort(pod.spec, targetPort) || toolSigns(pod).length === 0
}

function finding(
  endpoint: Endpoint,
  pod: Pod,
  keys: readonly string[],
  found: {
    readonly ready: number
    readonly more: readonly Endpoint[]
    readonly entry: readonly Evidence[]
  },
): FindingDraft {
  const reference = referenceTo(pod)
  const { name, namespace = '' } = pod.metadata
  const { ready, more, entry } = found
  const signs = toolSigns(pod)
  const isDeclared =
    endpoint.targetPort !== undefined &&
    declaresPort(pod.spec, endpoint.targetPort, endpoint.port?.protocol ?? 'TCP')
  return {
    proof: 'likely',
    about: reference,
    place: place.endpoint(endpoint),
    alsoAt: more.map(place.endpoint),
    share: { failing: 1, of: ready },
    summary: say`${reference} looks like a test pod and gets 1 of ${ready} connections to ${referenceTo(endpoint.service)}, because it carries its labels`,
    detail: say`No controller made it${
      signs.length === 0 ? say`` : say` (${signs.join(', ')})`
    }${isDeclared ? say`` : say`, and it does not declare port ${endpoint.targetPort ?? 0}`}: if nothing listens there, its share is refused.`,
    evidence: [...labels(pod, keys), ...owner(pod), ...entry],
    fix: {
      edits: [
        {
          kind: 'patch',
          reference,
          operations: keys.map((key) => ({ op: 'remove', path: pointer('metadata', 'labels', key) })),
        },
      ],
      note: say`The pod keeps running and leaves the Service. To remove it: kubectl -n ${namespace} delete pod ${name}`,
    },
    confirm: askEndpoint(endpoint),
  }
}

function labels(pod: Pod, keys: readonly string[]): readonly Evidence[] {
  return keys.map((key) => ({
    reference: referenceTo(pod),
    field: keyField('metadata.labels', key),
    value: pod.metadata.labels[key],
  }))
}

function owner(pod: Pod): readonly Evidence[] {
  const reference = referenceTo(pod)
  return [
    { reference, field: 'metadata.ownerReferences', value: undefined },
    { reference, field: 'spec.containers[0].image', value: pod.spec.containers[0]?.image },
  ]
}
