import type { Network } from '../../network/network.ts'
import { type Endpoint, endpointName } from '../../network/services/endpoint.ts'
import { condition } from '../../network/workloads/pods.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'
import { counted, listed, say, type Text, word } from '../text.ts'
import { freshness } from './settling.ts'

/** As many are named in full; the rest are counted. */
const shown = 3

/** One endpoint for each pod or address: readiness is the pod's, whatever the port. */
export function onePerPod(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [endpointName(endpoint), endpoint])).values()]
}

/** The fields that say that endpoints are not ready: in the slice, and in the pod where it was read. */
export function unreadyEvidence(endpoints: readonly Endpoint[], network: Network): readonly Evidence[] {
  return endpoints
    .slice(0, shown)
    .flatMap((endpoint) => [...sliceEvidence(endpoint, network), ...podEvidence(endpoint)])
}

function sliceEvidence(endpoint: Endpoint, network: Network): readonly Evidence[] {
  if (endpoint.slice === undefined) return []
  const namespace = endpoint.service.metadata.namespace ?? ''
  return network.inventory.get('EndpointSlice', namespace, endpoint.slice).items.map((slice) => {
    const index = slice.endpoints.findIndex(({ addresses }) => addresses[0] === endpoint.address)
    return {
      reference: referenceTo(slice),
      field: `endpoints[${index}].conditions.ready`,
      value: endpoint.ready,
    }
  })
}

function podEvidence({ pod }: Endpoint): readonly Evidence[] {
  if (pod === undefined) return []
  const reference = referenceTo(pod)
  const ready = condition(pod, 'Ready')
  const status = { reference, field: 'status.conditions[type=Ready].status', value: ready?.status }
  return ready?.message === undefined
    ? [status]
    : [status, { reference, field: 'status.conditions[type=Ready].message', value: ready.message }]
}

/** `Pod a (containers with unready status: [app]) and 2 more`. */
export function namedEndpoints(endpoints: readonly Endpoint[]): Text {
  const named = endpoints.slice(0, shown).map((endpoint) => {
    const { pod } = endpoint
    const name = pod === undefined ? say`${endpointName(endpoint)}` : say`${referenceTo(pod)}`
    const message = pod === undefined ? undefined : condition(pod, 'Ready')?.message
    return message === undefined ? name : say`${name} (${message})`
  })
  const rest = endpoints.length - named.length
  return listed(rest > 0 ? [...named, word(`${rest} more`)] : named)
}

/** `0 of 2 endpoints are ready`. */
export function endpointRatio(ready: number, all: number): Text {
  return say`${ready} of ${counted(all, 'endpoint')} ${word(all === 1 || ready === 1 ? 'is' : 'are')} ready`
}

/** ` This changed 12 s ago.`, or nothing. */
export function freshWords({ pod }: Endpoint, network: Network): Text {
  const fresh = pod === undefined ? undefined : freshness(pod, network)
  return fresh === undefined ? [] : say` ${fresh}`
}
