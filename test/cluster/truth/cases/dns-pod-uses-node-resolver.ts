import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'dns/pod-uses-node-resolver',
  fault: 'dnsPolicy Default, and a name of the cluster is dialled',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  feels: 'nxdomain',
  mend: 'printed',
  arrange: async (stage) => {
    await stage.apply(
      server({ name: 'api' }),
      service('api', { app: 'api' }),
      client('curl', { API_URL: 'http://api/' }, { dnsPolicy: 'Default' }),
    )
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
