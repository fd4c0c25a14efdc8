import type { Edit } from '../../network/edit.ts'
import { pointer } from '../../network/edit.ts'
import { place } from '../../network/traffic/place.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text } from '../text.ts'
import { keyField, labelsField } from './fields.ts'
import { areEquallyNear, type NearMiss } from './near-selectors.ts'
import { whyEmpty } from './why-empty.ts'

export default defineRule({
  id: 'service/selector-near-miss',
  title: 'Selector that misses its pods by one label',
  subject: 'Service',
  severity: 'error',
  explains: ['no-endpoints'],
  over: [
    'service/selector-matches-no-pod',
    'service/selected-pods-in-other-namespace',
    'service/webhook-backend-unavailable',
    'service/apiservice-unavailable',
  ],
  docs: {
    means:
      'The Service has no endpoint. Every connection to it is refused at once, and a proxy in front answers 503.',
    why: 'A label was renamed, a value mistyped, or a key added to the Service and not to the pod template.',
    proof:
      '`spec.selector` compared with the labels in the pod templates of its namespace: exactly one pair differs.',
    fix: 'Correct the selector of the Service: the selectors of workloads cannot be changed.',
    falseAlarmWhen:
      'Never for a Service without selector, an ExternalName, one that a controller owns, or one whose selector matches ' +
      'a template that only has no pods now. A workload that another Service serves already is named last, of two ' +
      'equally near none is picked, and labels that operators write at run time are no slips.',
  },
  check(service, network) {
    const empty = whyEmpty(service, network)
    if (empty?.kind !== 'near-miss') return undefined
    const [best, second] = empty.misses
    if (best === undefined) return undefined
    return second !== undefined && areEquallyNear(best, second)
      ? tie(service, [best, second])
      : single(service, best)
  },
})

function single(service: Service, miss: NearMiss): FindingDraft {
  const reference = referenceTo(service)
  return {
    proof: 'proven',
    place: place.service(service),
    summary: say`${reference} selects nothing: ${describe(miss)}`,
    evidence: [asked(service, miss), worn(miss)],
    fix: {
      edits: [edit(service, miss)],
      note: miss.isServed
        ? say`Another Service serves ${miss.workload.reference} already: check that it is meant.`
        : undefined,
    },
  }
}

/** Two workloads are as near: to pick one would send production traffic to the wrong application half of the time. */
function tie(service: Service, misses: readonly NearMiss[]): FindingDraft {
  const reference = referenceTo(service)
  const namespace = service.metadata.namespace ?? ''
  const asks = listed(
    [...new Set(misses.map(({ key, value }) => `${key}=${value}`))].map((pair) => say`${pair}`),
    'or',
  )
  return {
    proof: 'proven',
    place: place.service(service),
    summary: say`${reference} selects nothing: no pod carries ${asks}`,
    detail: say`Equally near: ${listed(misses.map((miss) => say`${miss.workload.reference} (${describe(miss)})`))}.`,
    evidence: [...misses.map((miss) => asked(service, miss)).slice(0, 1), ...misses.map(worn)],
    advice: misses.flatMap(({ key, wanted }) =>
      wanted === undefined
        ? []
        : [
            say`kubectl -n ${namespace} patch service ${service.metadata.name} -p '${JSON.stringify({
              spec: {
                selector:
                  wanted.key === key ? { [key]: wanted.value } : { [key]: null, [wanted.key]: wanted.value },
              },
            })}'`,
          ],
    ),
  }
}

function asked(service: Service, miss: NearMiss): FindingDraft['evidence'][number] {
  return { reference: referenceTo(service), field: keyField('spec.selector', miss.key), value: miss.value }
}

function worn({ workload, wanted, key }: NearMiss): FindingDraft['evidence'][number] {
  return {
    reference: workload.reference,
    field: keyField(labelsField(workload), wanted?.key ?? key),
    value: wanted?.value,
  }
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
        : ([
            { op: 'remove', path },
            { op: 'add', path: pointer('spec', 'selector', wanted.key), value: wanted.value },
          ] as const)
  return { kind: 'patch', reference: referenceTo(service), operations }
}
