import type { TruthCase } from '../case.ts'
import { app, denied, fence, outOfCurl, toDns } from '../fence.ts'

export default {
  rule: 'policy/ipblock-targets-service-range',
  fault: 'the egress policy lists the cluster IP of the Service',
  question: [],
  dial: { url: 'http://api/' },
  ...denied,
  mend: (stage) => stage.apply(outOfCurl(toDns(), { to: [{ podSelector: app('api') }] })),
  arrange: async (stage) => {
    await fence(stage, {})
    const address = await stage.kubectl('get', 'service', 'api', '-o', 'jsonpath={.spec.clusterIP}')
    await stage.apply(outOfCurl(toDns(), { to: [{ ipBlock: { cidr: `${address}/32` } }] }))
  },
} satisfies TruthCase
