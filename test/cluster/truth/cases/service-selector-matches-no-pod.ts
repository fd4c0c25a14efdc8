import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/selector-matches-no-pod',
  fault: 'the selector of the Service names a label that no pod and no template is anywhere near',
  question: ['svc', 'ledger'],
  dial: { url: 'http://ledger/' },
  feels: 'refused',
  mend: 'never',
  arrange: async (stage) => {
    const hollow = service('ledger', { component: 'bookkeeping' })
    await stage.apply(server({ name: 'api' }), hollow, client('curl', { LEDGER: 'http://ledger/' }))
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
