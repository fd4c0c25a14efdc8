import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/manual-slice-port-name-mismatch',
  fault: 'the port of a hand-written EndpointSlice has another name than the port of the Service',
  question: ['svc', 'legacy'],
  dial: { url: 'http://legacy/' },
  feels: 'refused',
  mend: 'printed',
  arrange: async (stage) => {
    await stage.apply(server({ name: 'api' }), client('curl', { LEGACY: 'http://legacy/' }))
    await stage.ready('deployment/api', 'deployment/curl')
    const address = await stage.kubectl(
      'get',
      'pods',
      '-l',
      'app=api',
      '-o',
      'jsonpath={.items[0].status.podIP}',
    )
    await stage.apply(service('legacy', {}), {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'legacy-1', labels: { 'kubernetes.io/service-name': 'legacy' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address] }],
      ports: [{ name: 'web', port: 8080, protocol: 'TCP' }],
    })
  },
} satisfies TruthCase
