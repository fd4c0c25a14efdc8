import { place } from '../../network/traffic/place.ts'
import type { NetworkPolicy } from '../../snapshot/kinds/network-policy.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say, type Text } from '../text.ts'
import { patchCommand } from './patches.ts'
import { rulesText } from './rules-text.ts'

export default defineRule({
  id: 'policy/rules-ignored-by-policytypes',
  title: 'Rules of a direction that policyTypes does not list',
  subject: 'NetworkPolicy',
  severity: 'warning',
  docs: {
    means:
      'The rules do nothing: the policy does not isolate its pods in that direction. The same holds for `egress: []` without ' +
      '`policyTypes`, which looks like “nothing may leave” and leaves everything open.',
    why: 'Rules were added later and `policyTypes` was not.',
    proof: '`spec.policyTypes` compared with `spec.ingress` and `spec.egress`.',
    fix: 'Add the direction to `policyTypes`. The pods are then isolated in it: see first what they need.',
    falseAlarmWhen: 'Without `policyTypes` the API server adds the direction of every rule.',
  },
  check({ object, reference }) {
    if (object.kind !== 'NetworkPolicy') return undefined
    return [
      ignored(object, reference, 'Ingress'),
      ignored(object, reference, 'Egress'),
      openEgress(object, reference),
    ].flatMap((finding) => finding ?? [])
  },
})

function ignored(
  { spec }: NetworkPolicy,
  reference: ObjectReference,
  type: 'Ingress' | 'Egress',
): FindingDraft | undefined {
  const types = spec.policyTypes ?? []
  const field = type === 'Ingress' ? 'ingress' : 'egress'
  const rules = spec[field] ?? []
  if (types.length === 0 || types.includes(type) || rules.length === 0) return undefined
  return {
    proof: 'proven',
    place: place.policyPart(reference, `policyTypes ${type}`),
    summary: say`${reference} lists ${counted(rules.length, `${field} rule`)}, and policyTypes is only ${listed(types.map((item) => say`${item}`))}: they do nothing`,
    evidence: [
      { reference, field: 'spec.policyTypes', value: types.join(', ') },
      { reference, field: `spec.${field}`, value: rulesText(rules.length) },
    ],
    advice: [
      patchCommand(reference, [{ op: 'add', path: '/spec/policyTypes/-', value: type }]),
      isolates(type),
    ],
  }
}

/** `egress: []` isolates only together with policyTypes: the default adds Egress only where there are rules. */
function openEgress({ spec }: NetworkPolicy, reference: ObjectReference): FindingDraft | undefined {
  if ((spec.policyTypes ?? []).length > 0 || spec.egress === undefined || spec.egress.length > 0)
    return undefined
  return {
    proof: 'proven',
    place: place.policyPart(reference, 'policyTypes Egress'),
    summary: say`${reference} has egress: [] without policyTypes: its pods may still go anywhere`,
    detail: say`Without policyTypes, Egress counts only when there is an egress rule.`,
    evidence: [
      { reference, field: 'spec.policyTypes', value: undefined },
      { reference, field: 'spec.egress', value: '[]' },
    ],
    advice: [
      patchCommand(reference, [{ op: 'add', path: '/spec/policyTypes', value: ['Ingress', 'Egress'] }]),
      isolates('Egress'),
    ],
  }
}

function isolates(type: 'Ingress' | 'Egress'): Text {
  return type === 'Egress'
    ? say`Its pods then reach only what egress rules allow, DNS included: simulate it with policy --what-if first.`
    : say`Its pods are then reached only by what ingress rules allow: simulate it with policy --what-if first.`
}
