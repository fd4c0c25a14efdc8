import type { TruthCase } from '../case.ts'
import { app, denied, dialsApi, fence, intoApi } from '../fence.ts'

export default {
  rule: 'policy/ipblock-pins-pod-ip',
  fault: 'the policy admits the address of the client’s pod, until that is replaced',
  question: [],
  dial: { url: 'http://api/' },
  ...denied,
  comesTrue: async (stage) => {
    await stage.kubectl('rollout', 'restart', 'deployment/curl')
    await stage.ready('deployment/curl')
    await stage.kubectl('wait', 'pod', '-l', 'app=curl', '--for=jsonpath={.status.phase}=Running')
  },
  mend: (stage) => stage.apply(intoApi({ from: [{ podSelector: app('curl') }] })),
  arrange: async (stage) => {
    await fence(stage, dialsApi)
    const address = await stage.kubectl(
      'get',
      'pod',
      '-l',
      'app=curl',
      '-o',
      'jsonpath={.items[0].status.podIP}',
    )
    await stage.apply(intoApi({ from: [{ ipBlock: { cidr: `${address}/32` } }] }))
  },
} satisfies TruthCase
