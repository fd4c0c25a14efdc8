import type { TruthCase } from '../case.ts'
import { app, denied, fence, intoApi } from '../fence.ts'

export default {
  rule: 'policy/peer-selects-no-pod',
  fault: 'two letters of the client in the policy are swapped',
  question: [],
  dial: { url: 'http://api/' },
  ...denied,
  mend: (stage) => stage.apply(intoApi({ from: [{ podSelector: app('curl') }] })),
  arrange: (stage) => fence(stage, {}, intoApi({ from: [{ podSelector: app('crul') }] })),
} satisfies TruthCase
