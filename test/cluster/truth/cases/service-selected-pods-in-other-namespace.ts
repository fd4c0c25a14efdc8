import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/selected-pods-in-other-namespace',
  fault: 'the pods that the selector means live in another namespace',
  question: ['svc', 'billing'],
  dial: { url: 'http://billing/' },
  feels: 'refused',
  mend: 'never',
  arrange: async (stage) => {
    const other = await stage.openAnother('other')
    await other.apply(server({ name: 'billing' }))
    await stage.apply(service('billing', { app: 'billing' }), client('curl', { BILLING: 'http://billing/' }))
    await stage.ready('deployment/curl')
    await other.ready('deployment/billing')
  },
} satisfies TruthCase
