import { client, server, service } from '../../kit/objects.ts'
import { dialsLatePod, type TruthCase } from '../case.ts'

export default {
  rule: 'service/manual-endpoint-pins-pod-ip',
  fault: 'a hand-written EndpointSlice holds the address of a pod, which works until the pod is replaced',
  question: ['svc', 'legacy'],
  dial: { url: 'http://legacy/' },
  feels: dialsLatePod,
  comesTrue: async (stage) => {
    await stage.kubectl('delete', 'pods', '-l', 'app=api', '--wait=true')
    await stage.ready('deployment/api')
  },
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
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    })
  },
} satisfies TruthCase
