import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

const labels = (app: string) => ({ tier: 'api', app })

export default {
  rule: 'service/named-target-port-partial',
  fault: 'one of two workloads behind the Service names its port otherwise',
  question: ['svc', 'api'],
  dial: { url: 'http://api/hostname' },
  feels: { http: 200 },
  answeredBy: { before: 1, after: 2 },
  mend: async (stage) => {
    const path = '/spec/template/spec/containers/0/ports/0/name'
    const patch = JSON.stringify([{ op: 'replace', path, value: 'http' }])
    await stage.kubectl('patch', 'deployment/green', '--type=json', '--patch', patch)
    await stage.ready('deployment/green')
  },
  arrange: async (stage) => {
    await stage.apply(
      server({ name: 'blue', labels: labels('blue') }),
      server({ name: 'green', labels: labels('green'), ports: [{ name: 'web', containerPort: 8080 }] }),
      service('api', { tier: 'api' }),
      client('curl', { API: 'http://api/' }),
    )
    await stage.ready('deployment/blue', 'deployment/green', 'deployment/curl')
  },
} satisfies TruthCase
