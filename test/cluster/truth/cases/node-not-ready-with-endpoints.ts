import { type Fault, withoutKubelet } from '../../kit/faults.ts'
import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

let fault: Fault | undefined

export default {
  rule: 'node/not-ready-with-endpoints',
  fault: 'the kubelet of the node with all endpoints has ended',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: async () => {
    await fault?.[Symbol.asyncDispose]()
  },
  slow: 'the control plane gives a node a minute',
  alone: 'breaks nodes',
  arrange: async (stage) => {
    const [there = '', here = ''] = await stage.cluster.nodes()
    await stage.apply(
      server({ name: 'api', pod: { nodeName: there } }),
      service('api', { app: 'api' }),
      client('curl', { API: 'http://api/' }, { nodeName: here }),
    )
    await stage.ready('deployment/api', 'deployment/curl')
    fault = await withoutKubelet(stage.cluster, there)
    stage.onEnd(async () => fault?.[Symbol.asyncDispose]())
    await stage.cluster.kubectl.run([
      'wait',
      '--for=condition=Ready=Unknown',
      `node/${there}`,
      '--timeout=90s',
    ])
  },
} satisfies TruthCase
