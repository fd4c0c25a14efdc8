import { describe, expect, test } from 'vitest'
import { testCluster } from './cluster.ts'
import { client, type KubernetesObject, server, service } from './objects.ts'
import { openStage, type Stage } from './stage.ts'

const { hasTraefik } = await testCluster()
const curl = 'deployment/curl'
const throughTraefik = { via: 'traefik.traefik:80' }

async function openWithApi(name: string): Promise<Stage> {
  const stage = await openStage(name)
  await stage.apply(server({ name: 'api' }), service('api', { app: 'api' }), client('curl'))
  await stage.ready('deployment/api', curl)
  return stage
}

function ingress(
  host: string,
  ingressClassName: string,
  annotations: Readonly<Record<string, string>> = {},
): KubernetesObject {
  const backend = { service: { name: 'api', port: { name: 'http' } } }
  const paths = [{ path: '/', pathType: 'Prefix', backend }]
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'api', annotations },
    spec: { ingressClassName, rules: [{ host, http: { paths } }] },
  }
}

describe.skipIf(!hasTraefik)('Traefik', () => {
  test('serves an Ingress of its class, and 404 for what it does not know', async () => {
    const stage = await openWithApi('ingress')
    await stage.apply(ingress('shop.test', 'traefik'))
    await stage.expectAnswer(curl, 'http://shop.test/', { http: 200 }, throughTraefik)
    await stage.expectAnswer(curl, 'http://nobody.test/', { http: 404 }, throughTraefik)
  })

  test('serves an Ingress with annotations of ingress-nginx', async () => {
    const stage = await openWithApi('nginx')
    const limit = { 'nginx.ingress.kubernetes.io/permanent-redirect': 'http://elsewhere.test' }
    await stage.apply(ingress('redirect.test', 'nginx', limit))
    await stage.expectAnswer(curl, 'http://redirect.test/', { http: 301 }, throughTraefik)
  })

  test('serves routes of the Gateway API', async () => {
    const stage = await openWithApi('gateway')
    const gateway = 'gateway.networking.k8s.io/v1'
    await stage.apply(
      {
        apiVersion: gateway,
        kind: 'Gateway',
        metadata: { name: 'web' },
        spec: { gatewayClassName: 'traefik', listeners: [{ name: 'http', port: 8000, protocol: 'HTTP' }] },
      },
      {
        apiVersion: gateway,
        kind: 'HTTPRoute',
        metadata: { name: 'api' },
        spec: {
          parentRefs: [{ name: 'web' }],
          hostnames: ['gateway.test'],
          rules: [{ backendRefs: [{ name: 'api', port: 80 }] }],
        },
      },
    )
    await stage.expectAnswer(curl, 'http://gateway.test/', { http: 200 }, throughTraefik)
    await stage.kubectl('scale', 'deployment/api', '--replicas=0')
    await stage.expectAnswer(curl, 'http://gateway.test/', { http: 503 }, throughTraefik)
    expect(await stage.kubectl('get', 'httproute', 'api', '-o', 'json')).toContain('"Accepted"')
  })
})
