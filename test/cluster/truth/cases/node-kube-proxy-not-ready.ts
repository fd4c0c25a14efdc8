import { type AgentPods, asDaemonSet } from '../../kit/agents.ts'
import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

let agent: AgentPods | undefined

export default {
  rule: 'node/kube-proxy-not-ready',
  fault:
    'a quota keeps the pod of kube-proxy from being made anew on a node, which does not learn of a new Service',
  question: ['from', 'deployment/curl'],
  dial: { url: 'http://api/' },
  feels: 'timeout',
  mend: async () => agent?.mend(),
  alone: 'breaks nodes',
  arrange: async (stage) => {
    const [here = ''] = await stage.cluster.nodes()
    await stage.apply(server({ name: 'api' }), client('curl', { API: 'http://api/' }, { nodeName: here }))
    await stage.ready('deployment/api', 'deployment/curl')
    agent = await asDaemonSet(stage, 'kube-proxy')
    await agent.endOn(here)
    await stage.apply(service('api', { app: 'api' }))
  },
} satisfies TruthCase
