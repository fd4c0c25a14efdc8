import type { Edit } from '../../network/edit.ts'
import { pointer } from '../../network/edit.ts'
import { whole } from '../../network/inventory/read.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text } from '../text.ts'
import { areEquallyNear, type NearMiss, nearSelectors } from './near-selectors.ts'

export default defineRule({
  id: 'service/selector-near-miss',
  title: 'Selector that misses its pods by one label',
  subject: 'Service',
  severity: 'error',
  explains: ['no-endpoints'],
  over: ['service/selector-matches-no-pod', 'service/selected-pods-in-other-namespace'],
  docs: {
    means: 'The Service has no endpoint. Every connection to it is refused at once, and a proxy in front answers 503.',
    why: 'A label was renamed, a value mistyped, or a key added to the Service and not to the pod template.',
    proof: '`spec.selector` compared with the labels in the pod templates of its namespace: exactly one pair differs.',
    fix: 'Correct the selector of the Service: the selectors of workloads cannot be changed.',
    falseAlarmWhen:
      'Never for a Service without selector, an ExternalName, or one whose selector matches a template that only has ' +
      'no pods now. A workload that another Service serves already is named last, and of two equally near none is picked.',
  },
  check(service, network) {
    const selector = selectorOf(service)
    const namespace = service.metadata.namespace ?? ''
    if (selector === undefined) return undefined
    const pods = whole(network.inventory.select('Pod', namespace, selector))
    if (pods.length > 0 || whole(network.services.backends(service)).length > 0) return undefined
    const near = nearSelectors(service, network, whole(network.workloads.in(namespace)))
    const [best, second] = near
    if (best === undefined) return undefined
    const isTie = second !== undefined && areEquallyNear(best, second)
    const reference = referenceTo(service)
    return {
      proof: 'proven',
      place: place.service(service),
      summary: isTie
        ? say`${reference} selects nothing: ${best.key}=${best.value} is nobody's label`
        : say`${reference} selects nothing: ${describe(best)}`,
      detail: isTie
        ? say`Equally near: ${listed([best, second].map((miss) => say`${miss.workload.reference} (${describe(miss)})`))}.`
        : undefined,
      evidence: [
        { reference, field: `spec.selector[${JSON.stringify(best.key)}]`, value: best.value },
        ...(isTie ? [best, second] : [best]).map((miss) => ({
          reference: miss.workload.reference,
          field: `${labelsPath(miss)}[${JSON.stringify(miss.wanted?.key ?? miss.key)}]`,
          value: miss.wanted?.value,
        })),
      ],
      fix: isTie ? undefined : { edits: [edit(service, best)] },
    }
  },
})

function labelsPath(miss: NearMiss): string {
  return miss.workload.specPath === 'spec' ? 'metadata.labels' : miss.workload.specPath.replace(/spec$/, 'metadata.labels')
}

function describe(miss: NearMiss): Text {
  const { workload, key, value, wanted } = miss
  switch (miss.slip) {
    case 'wrong-value':
      return say`it asks for ${key}=${value}, ${workload.reference} has ${key}=${wanted?.value ?? ''}`
    case 'wrong-key':
      return say`it asks for ${key}=${value}, ${workload.reference} has ${wanted?.key ?? ''}=${value}`
    case 'extra-key':
      return say`it also asks for ${key}=${value}, which the pods of ${workload.reference} do not carry`
  }
}

function edit(service: Service, miss: NearMiss): Edit {
  const path = pointer('spec', 'selector', miss.key)
  const { wanted } = miss
  const operations =
    wanted === undefined
      ? ([{ op: 'remove', path }] as const)
      : miss.slip === 'wrong-value'
        ? ([{ op: 'replace', path, value: wanted.value }] as const)
        : ([{ op: 'remove', path }, { op: 'add', path: pointer('spec', 'selector', wanted.key), value: wanted.value }] as const)
  return { kind: 'patch', reference: referenceTo(service), operations }
}
