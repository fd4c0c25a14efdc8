import { describe, expect, test } from 'vitest'
import { foreignKubeconfig } from './cluster.ts'
import { withDenial, withoutClusterDns, withoutKubeProxy } from './faults.ts'
import { client, networkPolicy, server, service } from './objects.ts'
import { tally } from './request.ts'
import { openStage, type Stage } from './stage.ts'
import { makeUser } from './users.ts'

const curl = 'deployment/curl'

async function openWithApi(name: string): Promise<Stage> {
  const stage = await openStage(name)
  await stage.apply(server({ name: 'api', replicas: 2 }), service('api', { app: 'api' }), client('curl'))
  await stage.ready('deployment/api', curl)
  return stage
}

describe('what a client feels', () => {
  test('a Service answers by name and by address', async () => {
    const stage = await openWithApi('answers')
    await stage.expectAnswer(curl, 'http://api/hostname', { http: 200 })
    await stage.expectAnswer(curl, 'http://api/echo?msg=x&code=503', { http: 503 })
    await stage.expectAnswer(curl, 'http://example.com/', { http: 200 })
    expect(await tally(() => stage.request(curl, 'http://api/hostname'), 5)).toEqual({ 'http 200': 5 })
  })

  test('a name that nobody has is NXDOMAIN', async () => {
    const stage = await openWithApi('nxdomain')
    await stage.expectAnswer(curl, 'http://api-gateway/', 'nxdomain')
  })

  test('a Service without endpoints and a port without listener refuse', async () => {
    const stage = await openWithApi('refused')
    await stage.apply(service('hollow', { app: 'nobody' }))
    await stage.apply(service('deaf', { app: 'api' }, { ports: [{ port: 80, targetPort: 9999 }] }))
    await stage.expectAnswer(curl, 'http://hollow/', 'refused')
    await stage.expectAnswer(curl, 'http://deaf/', 'refused')
  })

  test('a pod address that nobody has is unreachable', async () => {
    const stage = await openWithApi('unreachable')
    await stage.expectAnswer(curl, 'http://10.244.0.250:8080/', 'unreachable')
  })

  test.skipIf(foreignKubeconfig !== undefined).each([
    ['drop', 'timeout'],
    ['reject', 'refused'],
  ] as const)('a NetworkPolicy whose enforcer is told to %s', async (deny, answer) => {
    const stage = await openWithApi('policy')
    await using _ = await withDenial(stage.cluster, deny)
    await stage.apply(networkPolicy('deny-all', { podSelector: { matchLabels: { app: 'api' } } }))
    await stage.expectAnswer(curl, 'http://api/', answer)
    await stage.kubectl('delete', 'networkpolicy', 'deny-all')
    await stage.expectAnswer(curl, 'http://api/', { http: 200 })
  })
})

describe.skipIf(foreignKubeconfig !== undefined)('break and mend', () => {
  test('a node without kube-proxy does not learn of a new Service', async () => {
    const stage = await openStage('proxy')
    await stage.apply(server({ name: 'api' }), client('curl', {}, { nodeName: 'node2' }))
    await stage.ready('deployment/api', curl)
    {
      await using _ = await withoutKubeProxy(stage.cluster, 'node2')
      await stage.apply(service('late', { app: 'api' }))
      await stage.expectAnswer(curl, 'http://late/', 'timeout')
    }
    await stage.expectAnswer(curl, 'http://late/', { http: 200 })
  })

  test('without cluster DNS names time out or are refused, addresses work', async () => {
    const stage = await openWithApi('dns')
    const address = await stage.kubectl('get', 'service', 'api', '-o', 'jsonpath={.spec.clusterIP}')
    {
      await using _ = await withoutClusterDns(stage.cluster)
      expect(await stage.request(curl, 'http://api/')).not.toEqual({ http: 200 })
      await stage.expectAnswer(curl, `http://${address}/`, { http: 200 })
    }
    await stage.expectAnswer(curl, 'http://api/', { http: 200 })
  })
})

describe('users', () => {
  test('view in one namespace reads there and nowhere else', async () => {
    const stage = await openStage('view')
    await using viewer = await makeUser(stage, 'viewer', 'view')
    expect((await viewer.kubectl.attempt(['get', 'services'])).exitCode).toBe(0)
    expect((await viewer.kubectl.attempt(['get', 'services', '-n', 'kube-system'])).stderr).toContain(
      'forbidden',
    )
    expect((await viewer.kubectl.attempt(['get', 'secrets'])).stderr).toContain('forbidden')
  })

  test('a user with rules of its own', async () => {
    const stage = await openStage('rules')
    const readServices = { apiGroups: [''], resources: ['services'], verbs: ['get', 'list'] }
    await using user = await makeUser(stage, 'reader', [readServices])
    expect((await user.kubectl.attempt(['get', 'services'])).exitCode).toBe(0)
    expect((await user.kubectl.attempt(['get', 'pods'])).stderr).toContain('forbidden')
  })
})
