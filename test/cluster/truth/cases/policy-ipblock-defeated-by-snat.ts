import { addresses, workers } from '../../harness/addresses.ts'
import { server, service } from '../../kit/objects.ts'
import type { Answer } from '../../kit/request.ts'
import type { Stage } from '../../kit/stage.ts'
import type { TruthCase } from '../case.ts'
import { denied, intoApi } from '../fence.ts'

const [taker, host] = workers

/** From outside, as a load balancer: any node takes the connection; with `Local` only one that has a pod. */
async function callFromOutside(stage: Stage): Promise<Answer> {
  const fields = '{.spec.externalTrafficPolicy} {.spec.ports[0].nodePort}'
  const [policy, port] = (await stage.kubectl('get', 'service', 'api', '-o', `jsonpath=${fields}`)).split(' ')
  const node = policy === 'Local' ? host : taker
  try {
    const { status } = await fetch(`http://${node?.address}:${port}/`, { signal: AbortSignal.timeout(4000) })
    return { http: status }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') return 'timeout'
    if (error instanceof TypeError && String(error.cause).includes('ECONNREFUSED')) return 'refused'
    throw error
  }
}

export default {
  rule: 'policy/ipblock-defeated-by-snat',
  fault: 'the policy admits the address of a client outside, whose connection another node takes',
  question: [],
  dial: { ask: callFromOutside },
  ...denied,
  alone: 'calls from outside',
  mend: async (stage) => {
    await stage.kubectl('patch', 'service', 'api', '-p', '{"spec":{"externalTrafficPolicy":"Local"}}')
  },
  arrange: async (stage) => {
    const exposed = service('api', { app: 'api' }, { type: 'NodePort' })
    await stage.apply(server({ name: 'api', pod: { nodeName: host?.name } }), exposed)
    await stage.ready('deployment/api')
    await stage.apply(intoApi({ from: [{ ipBlock: { cidr: `${addresses.host}/32` } }] }))
  },
} satisfies TruthCase
