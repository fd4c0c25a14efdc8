import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'
import { app, denied, outOfCurl, toDns } from '../fence.ts'

export default {
  rule: 'policy/peer-in-other-namespace',
  fault: 'the egress policy names the labels of the server and not its namespace',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  ...denied,
  mend: 'printed',
  arrange: async (stage) => {
    const other = await stage.openAnother('other')
    await other.apply(server({ name: 'api' }), service('api', { app: 'api' }))
    await stage.apply(client('curl', { API_URL: `http://api.${other.namespace}/` }))
    await stage.ready('deployment/curl')
    await other.ready('deployment/api')
    await stage.apply(outOfCurl(toDns(), { to: [{ podSelector: app('api') }] }))
  },
} satisfies TruthCase
