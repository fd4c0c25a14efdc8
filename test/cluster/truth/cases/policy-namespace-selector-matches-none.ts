import type { TruthCase } from '../case.ts'
import { denied, fence, intoApi, namespaceNamed } from '../fence.ts'

export default {
  rule: 'policy/namespace-selector-matches-none',
  fault: 'the name of the namespace in the policy lacks its last letter',
  question: [],
  dial: { url: 'http://api/' },
  ...denied,
  mend: (stage) => stage.apply(intoApi({ from: [{ namespaceSelector: namespaceNamed(stage.namespace) }] })),
  arrange: (stage) =>
    fence(
      stage,
      {},
      intoApi({ from: [{ namespaceSelector: namespaceNamed(stage.namespace.slice(0, -1)) }] }),
    ),
} satisfies TruthCase
