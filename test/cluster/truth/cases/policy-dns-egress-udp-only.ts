import type { Answer } from '../../kit/request.ts'
import type { Stage } from '../../kit/stage.ts'
import type { TruthCase } from '../case.ts'
import { app, denied, dialsApi, fence, outOfCurl, toDns } from '../fence.ts'

export default {
  rule: 'policy/dns-egress-udp-only',
  fault: 'the rule for DNS allows UDP only; an answer that is too long for it is asked for by TCP',
  question: ['from', 'deployment/curl'],
  dial: { ask: lookUpByTcp },
  ...denied,
  mend: 'printed',
  arrange: (stage) =>
    fence(
      stage,
      dialsApi,
      outOfCurl({ to: [{ podSelector: app('api') }] }, toDns([{ protocol: 'UDP', port: 53 }])),
    ),
} satisfies TruthCase

async function lookUpByTcp(stage: Stage): Promise<Answer> {
  const dig = ['dig', '+tcp', '+tries=1', '+time=3', 'kubernetes.default.svc.cluster.local']
  const { stdout, stderr } = await stage.exec('deployment/curl', dig)
  if (stdout.includes('status: NOERROR')) return { http: 200 }
  if (stdout.includes('timed out')) return 'timeout'
  if (stdout.includes('connection refused')) return 'refused'
  throw new Error(`${dig.join(' ')}\n${stdout}${stderr}`)
}
