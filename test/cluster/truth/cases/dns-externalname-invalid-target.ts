import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'dns/externalname-invalid-target',
  fault: 'ExternalName is a name of one label, which is looked up as it is',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  feels: 'nxdomain',
  mend: 'printed',
  arrange: async (stage) => {
    await stage.apply(
      server({ name: 'web', port: 80 }),
      service('web', { app: 'web' }),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'api' },
        spec: { type: 'ExternalName', externalName: 'web' },
      },
      client('curl', { API_URL: 'http://api/' }),
    )
    await stage.ready('deployment/web', 'deployment/curl')
  },
} satisfies TruthCase
