import { networkPolicy } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'
import { app, deniedDns, fence } from '../fence.ts'

const defaultDeny = networkPolicy('default-deny', { podSelector: {}, policyTypes: ['Egress'] })

const letOut = (...policyTypes: readonly string[]) =>
  networkPolicy('curl-egress', { podSelector: app('curl'), policyTypes, egress: [{}] })

export default {
  rule: 'policy/rules-ignored-by-policytypes',
  fault: 'beside a default deny, the policy that lets the client out lists only Ingress',
  question: [],
  dial: { url: 'http://api/' },
  ...deniedDns,
  mend: (stage) => stage.apply(letOut('Ingress', 'Egress')),
  arrange: (stage) => fence(stage, {}, defaultDeny, letOut('Ingress')),
} satisfies TruthCase
