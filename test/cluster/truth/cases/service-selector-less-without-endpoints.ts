import { client, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/selector-less-without-endpoints',
  fault: 'the Service has no selector, and nobody wrote an EndpointSlice for it',
  question: ['svc', 'legacy'],
  dial: { url: 'http://legacy/' },
  feels: 'refused',
  mend: 'never',
  arrange: async (stage) => {
    await stage.apply(service('legacy', {}), client('curl', { LEGACY: 'http://legacy/' }))
    await stage.ready('deployment/curl')
  },
} satisfies TruthCase
