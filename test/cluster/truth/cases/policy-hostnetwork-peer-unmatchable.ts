import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'
import { app, denied, intoApi } from '../fence.ts'

export default {
  rule: 'policy/hostnetwork-peer-unmatchable',
  fault: 'the policy admits a client by its labels; it runs on the network of another node',
  question: [],
  dial: { url: 'http://api/' },
  ...denied,
  mend: async (stage) => {
    const address = await stage.kubectl(
      'get',
      'pod',
      '-l',
      'app=curl',
      '-o',
      'jsonpath={.items[0].status.hostIP}',
    )
    await stage.apply(
      intoApi({ from: [{ podSelector: app('curl') }, { ipBlock: { cidr: `${address}/32` } }] }),
    )
  },
  arrange: async (stage) => {
    const [node, otherNode] = await stage.cluster.nodes()
    const onNode = { nodeName: node, hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }
    await stage.apply(
      server({ name: 'api', pod: { nodeName: otherNode } }),
      service('api', { app: 'api' }),
      client('curl', {}, onNode),
    )
    await stage.ready('deployment/api', 'deployment/curl')
    await stage.apply(intoApi({ from: [{ podSelector: app('curl') }] }))
  },
} satisfies TruthCase
