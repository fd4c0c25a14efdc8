import { networkPolicy } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'
import { app, denied, fence, intoApi } from '../fence.ts'

export default {
  rule: 'policy/default-deny-without-allow',
  fault: 'the namespace denies all ingress, and no policy admits anybody to a Service with a NodePort',
  question: [],
  dial: { url: 'http://api/' },
  ...denied,
  mend: (stage) => stage.apply(intoApi({ from: [{ podSelector: app('curl') }] })),
  arrange: async (stage) => {
    await fence(stage, {}, networkPolicy('default-deny', { podSelector: {}, policyTypes: ['Ingress'] }))
    await stage.kubectl('patch', 'service', 'api', '-p', '{"spec":{"type":"NodePort"}}')
  },
} satisfies TruthCase
