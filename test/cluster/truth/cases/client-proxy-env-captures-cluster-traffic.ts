import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'client/proxy-env-captures-cluster-traffic',
  fault: 'the client sends requests to cluster names to a proxy that has no address',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  feels: 'nxdomain',
  mend: 'printed',
  arrange: async (stage) => {
    const dials = {
      API_URL: 'http://api',
      http_proxy: 'http://proxy.example.com:3128',
      no_proxy: 'localhost',
    }
    await stage.apply(server({ name: 'api' }), service('api', { app: 'api' }), client('curl', dials))
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
