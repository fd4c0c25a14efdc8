import { type AgentPods, asDaemonSet } from '../../kit/agents.ts'
import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'
import { app, denied, dialsApi, intoApi } from '../fence.ts'

let agent: AgentPods | undefined

export default {
  rule: 'node/cni-agent-not-ready',
  fault:
    'a quota keeps the pod of the network agent from being made anew on a node, which does not learn that a policy admits the client',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  ...denied,
  mend: async () => agent?.mend(),
  alone: 'breaks nodes',
  arrange: async (stage) => {
    const [here = ''] = await stage.cluster.nodes()
    await stage.apply(
      server({ name: 'api', pod: { nodeName: here } }),
      service('api', { app: 'api' }),
      client('curl', dialsApi),
      intoApi(),
    )
    await stage.ready('deployment/api', 'deployment/curl')
    agent = await asDaemonSet(stage, 'kube-router')
    await agent.endOn(here)
    await stage.apply(intoApi({ from: [{ podSelector: app('curl') }] }))
  },
} satisfies TruthCase
