import type { Edit } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { controllerOf } from '../../network/workloads/owners.ts'
import { isFinished } from '../../network/workloads/pods.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { EndpointSlice } from '../../snapshot/kinds/endpoint-slice.ts'
import { isKind } from '../../snapshot/kinds/kinds.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say, word } from '../text.ts'
import { isStatic } from './debug-pods.ts'
import { isHandWritten, isMirrored } from './slice-writer.ts'

export default defineRule({
  id: 'service/manual-endpoint-pins-pod-ip',
  title: 'Hand-written endpoint that is the address of a managed pod',
  subject: 'Service',
  severity: 'warning',
  docs: {
    means: 'It works until the pod is replaced: then the address belongs to nobody, or to another pod.',
    why: 'Somebody copied pod addresses into an EndpointSlice or Endpoints object to make a Service work.',
    proof: 'An address in a slice that no controller writes is the IP of a pod that a controller made.',
    fix: 'A selector instead of the addresses.',
    falseAlarmWhen:
      'A controller writes the slice or names the pod in targetRef, or the address outlives the pod: host network, static ' +
      'pods, fixed addresses of the network plugin.',
  },
  check(service, network) {
    const slices = network.services.slices(service).items.filter(isHandWritten)
    for (const slice of slices) {
      const pinned = pinnedPods(slice, network)
      if (pinned.length > 0) return finding(service, slice, pinned, network)
    }
    return undefined
  },
})

interface Pinned {
  readonly address: string
  readonly pod: Pod
  readonly field: string
}

function pinnedPods(slice: EndpointSlice, network: Network): readonly Pinned[] {
  return slice.endpoints.flatMap((endpoint, index) => {
    const [address] = endpoint.addresses
    if (address === undefined || endpoint.targetRef !== undefined) return []
    const pods = network.inventory
      .byAddress(address)
      .items.flatMap((object) => (isKind(object, 'Pod') ? [object] : []))
    const pod = pods.find((item) => !isFinished(item) && isReplaceable(item))
    return pod === undefined ? [] : [{ address, pod, field: `endpoints[${index}].addresses[0]` }]
  })
}

/** Whether the pod's address goes with the pod, and the pod will be replaced some day. */
function isReplaceable(pod: Pod): boolean {
  if (pod.spec.hostNetwork === true || isStatic(pod) || controllerOf(pod) === undefined) return false
  return pod.metadata.annotations['cni.projectcalico.org/ipAddrs'] === undefined
}

function finding(
  service: Service,
  slice: EndpointSlice,
  pinned: readonly Pinned[],
  network: Network,
): FindingDraft {
  const reference = referenceTo(service)
  const owners = [...new Set(pinned.flatMap(({ pod }) => network.workloads.ofPod(pod) ?? []))]
  const written = isMirrored(slice) ? say`an Endpoints object` : say`${referenceTo(slice)}`
  const edits = selectInstead(service, slice, pinned, owners)
  return {
    proof: 'proven',
    place: place.service(service),
    summary: say`${reference} has the pod ${word(pinned.length === 1 ? 'address' : 'addresses')} ${listed(pinned.slice(0, 3).map(({ address }) => say`${address}`))} of ${listed(
      owners.map(({ reference: owner }) => say`${owner}`),
    )} written by hand in ${written}: stale when the pod is replaced`,
    evidence: pinned.slice(0, 3).flatMap(({ address, pod, field }) => [
      { reference: referenceTo(slice), field, value: address },
      { reference: referenceTo(pod), field: 'status.podIP', value: pod.status.podIP },
    ]),
    fix: edits === undefined ? undefined : { edits },
    advice:
      edits === undefined
        ? [
            say`Give the Service a selector and remove the addresses: kubectl -n ${service.metadata.namespace ?? ''} edit service ${service.metadata.name}`,
          ]
        : undefined,
  }
}

/** A selector and no slice by hand, where one workload of the same namespace has every address. */
function selectInstead(
  service: Service,
  slice: EndpointSlice,
  pinned: readonly Pinned[],
  owners: readonly Workload[],
): readonly Edit[] | undefined {
  const [owner] = owners
  const object = owner?.object
  if (
    object === undefined ||
    owners.length > 1 ||
    pinned.length < slice.endpoints.length ||
    isMirrored(slice)
  )
    return undefined
  if (
    owner?.namespace !== service.metadata.namespace ||
    selectorOf(service) !== undefined ||
    isKind(object, 'Pod')
  )
    return undefined
  const labels = object.spec.selector?.matchLabels ?? {}
  if (Object.keys(labels).length === 0) return undefined
  const reference = referenceTo(service)
  return [
    { kind: 'patch', reference, operations: [{ op: 'add', path: '/spec/selector', value: { ...labels } }] },
    { kind: 'delete', reference: referenceTo(slice) },
  ]
}
