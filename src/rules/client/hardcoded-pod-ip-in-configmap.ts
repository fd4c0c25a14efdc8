import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import type { ConfigMap } from '../../snapshot/kinds/config-map.ts'
import { isFollower } from '../../snapshot/kinds/kind.ts'
import { keyOf, type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say } from '../text.ts'
import { addressText, clientOf, dialEvidence, severityFor, whereWritten } from './dialled.ts'
import { servicesOfPod } from './instead.ts'
import { dialService, pinOf, podDialled } from './pod-address.ts'

/** Managers of fields that people work with; anybody else who writes a ConfigMap keeps it up to date himself. */
const peoplesTools =
  /^(kubectl|helm|argocd|flux|kustomize|terraform|ansible|pulumi|skaffold|tilt|lens|k9s|rancher|octant)/i

export default defineRule({
  id: 'client/hardcoded-pod-ip-in-configmap',
  title: 'Address of a pod written into a ConfigMap that is in use',
  subject: 'Connection',
  severity: 'error',
  docs: {
    means:
      'It works until that pod is replaced: then everyone who reads the ConfigMap dials an address that is gone.',
    why: 'Somebody wrote down the address of a pod, often because a name did not resolve.',
    proof:
      'An address in a key that a container gets by env, envFrom or a volume is in `status.podIPs` of another pod.',
    fix: 'Write the name of the Service that selects the pod, and restart those who read it.',
    falseAlarmWhen:
      'A ConfigMap that no workload uses, one that a controller owns or keeps up to date (lists of peers and leaders), ' +
      'addresses of nodes and of the workload itself: then it is silent. An address that the pod is pinned to by its CNI ' +
      'is a warning.',
  },
  check({ connection, resolved }, network) {
    const found = podDialled(connection, resolved, network)
    if (found === undefined || connection.address === undefined) return undefined
    const { pod, workload } = found
    const groups = Map.groupBy(
      connection.dials.filter(({ source }) => source.kind === 'config-map'),
      ({ source }) => keyOf(source.object),
    )
    const reference = referenceTo(pod)
    const severity = severityFor(workload, pinOf(pod) === undefined ? 'error' : 'warning')
    const substitutes = servicesOfPod(pod, connection.port, network)
    return [...groups.values()].flatMap((dials) => {
      const about = dials[0]?.source.object
      if (about === undefined || isKept(about, network)) return []
      const readers = readersOf(about, connection.host, network)
      return [
        {
          proof: 'proven' as const,
          severity,
          about,
          place: place.object(about),
          alsoAt: readers.map((key) => place.name(key, connection.host)),
          summary: say`${about} holds ${addressText(connection)} (${whereWritten(dials)}): the address of ${reference}, which it loses at its next restart; ${listed([say`${workload.reference}`, ...(readers.length > 1 ? [counted(readers.length - 1, 'more workload')] : [])])} ${readers.length > 1 ? say`dial it` : say`dials it`}`,
          evidence: [...dialEvidence(dials), { reference, field: 'status.podIPs', value: connection.host }],
          ...dialService(dials, substitutes, workload, pod),
        },
      ]
    })
  },
})

/** Whether something keeps the ConfigMap up to date, so that the address follows the pod. */
function isKept({ namespace = '', name }: ObjectReference, network: Network): boolean {
  const [configMap] = network.inventory.get('ConfigMap', namespace, name).items
  if (configMap === undefined) return true
  const { ownerReferences, annotations } = configMap.metadata
  if (ownerReferences.length > 0 || annotations['control-plane.alpha.kubernetes.io/leader'] !== undefined)
    return true
  return isKeptByProgram(configMap)
}

function isKeptByProgram({ metadata: { managedFields } }: ConfigMap): boolean {
  const writers = managedFields.filter((entry) => !isFollower(entry))
  return writers.length > 0 && !writers.some(({ manager }) => peoplesTools.test(manager))
}

/** The workloads that dial the address by what this ConfigMap says. */
function readersOf(about: ObjectReference, host: string, network: Network): readonly string[] {
  const key = keyOf(about)
  return network.traffic.toAddress(host).items.flatMap((connection) => {
    const reader = clientOf(connection)
    const isByIt = connection.dials.some(({ source }) => keyOf(source.object) === key)
    return reader !== undefined && isByIt ? [reader.key] : []
  })
}
