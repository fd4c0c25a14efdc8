import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'client/hardcoded-stale-pod-ip',
  fault: 'the client dials the address of a pod that is gone',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  feels: 'unreachable',
  mend: 'printed',
  arrange: async (stage) => {
    const podNetwork = await stage.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].spec.podCIDR}')
    const nobody = podNetwork.replace(/\d+\/\d+$/, '250')
    const curl = client('curl', { API_URL: `http://${nobody}:8080` })
    await stage.apply(server({ name: 'api' }), service('api', { app: 'api' }), curl)
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
