import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/selector-near-miss',
  fault: 'the selector of the Service has another ending than the label of the pods',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'printed',
  arrange: async (stage) => {
    await stage.apply(
      server({ name: 'api' }),
      service('api', { app: 'apis' }),
      client('curl', { API: 'http://api/' }),
    )
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
