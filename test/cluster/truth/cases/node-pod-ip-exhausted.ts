import { type Fault, withoutPodAddresses } from '../../kit/faults.ts'
import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

let fault: Fault | undefined

export default {
  rule: 'node/pod-ip-exhausted',
  fault: 'the node that the pods must run on has no address left for them',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: async (stage) => {
    await fault?.[Symbol.asyncDispose]()
    await stage.ready('deployment/api')
  },
  alone: 'breaks nodes',
  arrange: async (stage) => {
    const [node = ''] = await stage.cluster.nodes()
    await stage.apply(client('curl', { API: 'http://api/' }, { nodeName: node }))
    await stage.ready('deployment/curl')
    const taken = await stage.kubectl(
      'get',
      'pods',
      '-l',
      'app=curl',
      '-o',
      'jsonpath={.items[0].status.podIP}',
    )
    fault = await withoutPodAddresses(stage.cluster, node, taken)
    stage.onEnd(async () => fault?.[Symbol.asyncDispose]())
    await stage.apply(server({ name: 'api', pod: { nodeName: node } }), service('api', { app: 'api' }))
  },
} satisfies TruthCase
