import { networkPolicy } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'
import { app, denied, fence } from '../fence.ts'

const defaultDeny = networkPolicy('default-deny', { podSelector: {}, policyTypes: ['Ingress'] })

const allowFor = (name: string) => networkPolicy('api-ingress', { podSelector: app(name), ingress: [{}] })

export default {
  rule: 'policy/selects-no-pod',
  fault: 'beside a default deny, the policy that admits clients misspells the server',
  question: [],
  dial: { url: 'http://api/' },
  ...denied,
  mend: (stage) => stage.apply(allowFor('api')),
  arrange: (stage) => fence(stage, {}, defaultDeny, allowFor('apii')),
} satisfies TruthCase
