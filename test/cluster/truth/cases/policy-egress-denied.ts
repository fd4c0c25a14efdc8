import type { TruthCase } from '../case.ts'
import { app, denied, dialsApi, fence, outOfCurl, toDns } from '../fence.ts'

export default {
  rule: 'policy/egress-denied',
  fault: 'the egress policy of the client knows DNS and another server',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  ...denied,
  mend: 'printed',
  arrange: (stage) => fence(stage, dialsApi, outOfCurl(toDns(), { to: [{ podSelector: app('cart') }] })),
} satisfies TruthCase
