import { client, server, service } from '../../kit/objects.ts'
import type { Stage } from '../../kit/stage.ts'
import type { TruthCase } from '../case.ts'
import { app, deniedDns, dialsApi, outOfCurl } from '../fence.ts'

const port = 5353

/** A DNS server of the namespace's own, on another port than its Service: it passes everything on to cluster DNS. */
function dnsServer(clusterDns: string) {
  const corefile = `.:${port} {\n  ready\n  forward . ${clusterDns}\n}\n`
  const ports = (['UDP', 'TCP'] as const).map((protocol) => ({
    name: `dns-${protocol.toLowerCase()}`,
    protocol,
    containerPort: port,
  }))
  return {
    config: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'dns' }, data: { Corefile: corefile } },
    deployment: server({
      name: 'dns',
      ports,
      container: {
        image: 'registry.k8s.io/coredns/coredns:v1.15.0',
        args: ['-conf', '/etc/coredns/Corefile'],
        readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
        volumeMounts: [{ name: 'config', mountPath: '/etc/coredns' }],
      },
      pod: { volumes: [{ name: 'config', configMap: { name: 'dns' } }] },
    }),
    service: service(
      'dns',
      { app: 'dns' },
      { ports: ports.map(({ name, protocol }) => ({ name, protocol, port: 53, targetPort: name })) },
    ),
  }
}

async function clusterIP(stage: Stage, ...name: readonly string[]): Promise<string> {
  return stage.kubectl('get', 'service', ...name, '-o', 'jsonpath={.spec.clusterIP}')
}

export default {
  rule: 'policy/dns-rule-uses-service-port',
  fault: 'the rule for DNS opens port 53 of the Service; the DNS pods listen on 5353',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  ...deniedDns,
  mend: 'printed',
  arrange: async (stage) => {
    const dns = dnsServer(await clusterIP(stage, 'kube-dns', '--namespace', 'kube-system'))
    await stage.apply(dns.config, dns.deployment, dns.service)
    const dnsConfig = {
      nameservers: [await clusterIP(stage, 'dns')],
      searches: [`${stage.namespace}.svc.cluster.local`, 'svc.cluster.local'],
      options: [{ name: 'ndots', value: '5' }],
    }
    const curl = client('curl', dialsApi, { dnsPolicy: 'None', dnsConfig })
    await stage.apply(server({ name: 'api' }), service('api', { app: 'api' }), curl)
    await stage.ready('deployment/dns', 'deployment/api', 'deployment/curl')
    const toDns = { to: [{ podSelector: app('dns') }], ports: [{ protocol: 'UDP', port: 53 }, { port: 53 }] }
    await stage.apply(outOfCurl(toDns, { to: [{ podSelector: app('api') }] }))
  },
} satisfies TruthCase
