import type { Network } from '../../network/network.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say, type Text, word } from '../text.ts'
import { keyField } from './fields.ts'
import { whyEmpty } from './why-empty.ts'

export default defineRule({
  id: 'service/selected-pods-in-other-namespace',
  title: 'Selector whose pods run in another namespace',
  subject: 'Service',
  severity: 'error',
  explains: ['no-endpoints'],
  over: [
    'service/selector-matches-no-pod',
    'service/webhook-backend-unavailable',
    'service/apiservice-unavailable',
  ],
  docs: {
    means:
      'The Service has no endpoint: a selector sees only the namespace of its Service. Connections are refused.',
    why: 'The application was moved or applied to another namespace, or the Service was.',
    proof:
      'No pod or template of its namespace has the labels, and pods of another namespace have all of them.',
    fix: 'Move the Service to its pods and let callers use the full name, or leave an ExternalName behind.',
    falseAlarmWhen:
      'The labels are worn everywhere (`app: web`) and nothing else connects the two: then they are only mentioned.',
  },
  check(service, network) {
    const empty = whyEmpty(service, network)
    const selector = selectorOf(service)
    if (empty?.kind !== 'elsewhere' || selector === undefined) return undefined
    const reference = referenceTo(service)
    const namespaces = [...new Set(empty.pods.map((pod) => pod.metadata.namespace ?? ''))].sort()
    const pairs = Object.entries(selector)
    return {
      proof: 'proven',
      place: place.service(service),
      summary: say`${reference} selects nothing in its namespace: ${counted(empty.pods.length, 'pod')} with ${listed(
        pairs.map(([key, value]) => say`${`${key}=${value}`}`),
      )} ${word(empty.pods.length === 1 ? 'runs' : 'run')} in ${listed(namespaces.slice(0, 3).map((name) => say`${name}`))}`,
      detail: say`A Service selects only pods of its own namespace.`,
      evidence: [
        ...pairs.map(([key, value]) => ({ reference, field: keyField('spec.selector', key), value })),
        ...empty.pods.slice(0, 2).map((pod) => ({
          reference: referenceTo(pod),
          field: 'metadata.namespace',
          value: pod.metadata.namespace,
        })),
      ],
      advice: namespaces.length === 1 ? advice(service, empty.pods, network) : undefined,
    }
  },
})

function advice(service: Service, pods: readonly Pod[], network: Network): readonly Text[] {
  const { name, namespace = '' } = service.metadata
  const [pod] = pods
  const workload = pod === undefined ? undefined : network.workloads.ofPod(pod)
  if (workload === undefined) return []
  const there = network.services.selecting(workload).items[0]?.metadata
  if (there === undefined) {
    return [
      say`Move the Service: kubectl -n ${namespace} get service ${name} -o yaml, then apply it in namespace ${workload.namespace}; callers then use ${`${name}.${workload.namespace}`}.`,
    ]
  }
  const host = `${there.name}.${workload.namespace}`
  return [
    say`Let the callers use ${host}.`,
    say`Or leave an alias here: kubectl -n ${namespace} delete service ${name} && kubectl -n ${namespace} create service externalname ${name} --external-name ${`${host}.svc.cluster.local`}`,
  ]
}
