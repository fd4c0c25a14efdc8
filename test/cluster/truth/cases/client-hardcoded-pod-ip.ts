import { client, server, service } from '../../kit/objects.ts'
import { dialsLatePod, type TruthCase } from '../case.ts'

export default {
  rule: 'client/hardcoded-pod-ip',
  fault: 'the client dials the address of a pod, which works until the pod is replaced',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  feels: dialsLatePod,
  comesTrue: async (stage) => {
    await stage.kubectl('delete', 'pods', '-l', 'app=api', '--wait=true')
    await stage.ready('deployment/api')
  },
  mend: 'printed',
  arrange: async (stage) => {
    await stage.apply(server({ name: 'api' }), service('api', { app: 'api' }))
    await stage.ready('deployment/api')
    const address = await stage.kubectl(
      'get',
      'pods',
      '-l',
      'app=api',
      '-o',
      'jsonpath={.items[0].status.podIP}',
    )
    await stage.apply(client('curl', { API_URL: `http://${address}:8080` }))
    await stage.ready('deployment/curl')
  },
} satisfies TruthCase
