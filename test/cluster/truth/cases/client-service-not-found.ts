import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'client/service-not-found',
  fault: 'the client dials a name that misses an existing Service by one letter',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'PAYMENT_URL' },
  feels: 'nxdomain',
  mend: 'printed',
  arrange: async (stage) => {
    const curl = client('curl', { PAYMENT_URL: 'http://payments' })
    await stage.apply(server({ name: 'payment' }), service('payment', { app: 'payment' }), curl)
    await stage.ready('deployment/payment', 'deployment/curl')
  },
} satisfies TruthCase
