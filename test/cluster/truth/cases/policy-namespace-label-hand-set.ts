import type { TruthCase } from '../case.ts'
import { denied, dialsApi, fence, intoApi } from '../fence.ts'

export default {
  rule: 'policy/namespace-label-hand-set',
  fault: 'the policy admits a namespace by a label that kubectl label set',
  question: [],
  dial: { url: 'http://api/' },
  ...denied,
  comesTrue: async (stage) => {
    await stage.kubectl('label', 'namespace', stage.namespace, 'netdoctor-team-')
  },
  mend: 'printed',
  arrange: async (stage) => {
    await stage.kubectl('label', 'namespace', stage.namespace, `netdoctor-team=${stage.namespace}`)
    const selector = { matchLabels: { 'netdoctor-team': stage.namespace } }
    await fence(stage, dialsApi, intoApi({ from: [{ namespaceSelector: selector }] }))
  },
} satisfies TruthCase
