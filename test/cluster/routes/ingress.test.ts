import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRecord } from '../../../src/snapshot/kinds/json.ts'
import { waitFor } from '../harness/wait.ts'
import { testCluster } from '../kit/cluster.ts'
import { runNetdoctor } from '../kit/netdoctor.ts'
import { client, type KubernetesObject, server, service } from '../kit/objects.ts'
import { askFrom, describeAnswer, tally } from '../kit/request.ts'

const cluster = await testCluster()
const namespace = `netdoctor-stage-ingress-${Date.now().toString(36)}`
const via = 'traefik.traefik:80'
const nginx = 'nginx.ingress.kubernetes.io/'

interface IngressOptions {
  readonly className?: 'nginx' | 'traefik'
  readonly annotations?: Readonly<Record<string, string>>
  readonly path?: string
  readonly pathType?: string
  readonly service?: string
  readonly port?: number
  readonly host?: string
}

function ingress(name: string, options: IngressOptions = {}): KubernetesObject {
  const { className = 'nginx', annotations = {}, path = '/', pathType = 'Prefix' } = options
  const backend = { service: { name: options.service ?? 'web', port: { number: options.port ?? 80 } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [`${nginx}${key}`, value]),
      ),
    },
    spec: {
      ingressClassName: className,
      rules: [{ host: options.host ?? `${name}.test`, http: { paths: [{ path, pathType, backend }] } }],
    },
  }
}

const basic = { 'auth-type': 'basic', 'auth-secret': 'users' }

const objects: readonly KubernetesObject[] = [
  // The provider for Ingresses of ingress-nginx.
  ingress('well'),
  ingress('missing-service', { service: 'nobody' }),
  ingress('missing-port', { port: 8080 }),
  ingress('empty', { service: 'empty' }),
  ingress('deaf', { service: 'deaf' }),
  ingress('pattern-refused', { path: '/api(/|$)(.*)', annotations: { 'use-regex': 'true' } }),
  ingress('pattern', {
    path: '/api(/|$)(.*)',
    pathType: 'ImplementationSpecific',
    annotations: { 'use-regex': 'true' },
  }),
  ingress('credentials', { annotations: basic }),
  ingress('no-credentials', { annotations: { ...basic, 'auth-secret': 'nobody' } }),
  ingress('moved', { annotations: { 'permanent-redirect': 'http://elsewhere.test' } }),
  ingress('nothing-left', {
    path: '/cut(.*)',
    pathType: 'ImplementationSpecific',
    annotations: { 'rewrite-target': '$1' },
  }),
  ingress('snippet', { annotations: { 'configuration-snippet': 'more_set_headers "X: y";' } }),
  ingress('denied', { service: 'denied', annotations: { 'proxy-connect-timeout': '1' } }),
  ingress('silent', { service: 'denied' }),
  ingress('elements', { path: '/abc' }),
  ingress('main', {}),
  ingress('canary', {
    host: 'main.test',
    service: 'empty-too',
    annotations: { canary: 'true', 'canary-weight': '50' },
  }),
  // Traefik's own provider.
  ingress('own-well', { className: 'traefik' }),
  ingress('own-missing-service', { className: 'traefik', service: 'nobody' }),
  ingress('own-missing-port', { className: 'traefik', port: 8080 }),
  ingress('own-empty', { className: 'traefik', service: 'empty' }),
  ingress('own-characters', { className: 'traefik', path: '/abc' }),
]

const services: readonly KubernetesObject[] = [
  service('empty', { app: 'nobody' }),
  service('empty-too', { app: 'nobody' }),
  service('denied', { app: 'denied' }),
  service('deaf', { app: 'deaf' }, { ports: [{ port: 80, targetPort: 8080 }] }),
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'users' },
    stringData: { auth: 'jane:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/' },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'denied' },
    spec: { podSelector: { matchLabels: { app: 'denied' } }, policyTypes: ['Ingress'] },
  },
]

const ask = (url: string) =>
  askFrom(
    ([program = '', ...argv]) =>
      cluster.kubectl.attempt([
        ...['--namespace', namespace, 'exec', 'deployment/curl', '--', program],
        ...argv,
      ]),
    url,
    { via },
  )

interface Predicted {
  readonly shares: Readonly<Record<string, number>>
  readonly afterSeconds: number
}

/** What netdoctor says that a client gets, in the words of {@link describeAnswer}: the share of each answer. */
async function predicted(url: string): Promise<Predicted> {
  const { stdout, stderr } = await runNetdoctor(cluster.kubectl, [
    ...['ingress', url, '--namespace', namespace, '--output', 'json'],
  ])
  const result: unknown = stdout === '' ? undefined : JSON.parse(stdout)
  const answers: unknown[] = isRecord(result) && Array.isArray(result['answers']) ? result['answers'] : []
  const [answer] = answers
  if (!isRecord(answer) || !Array.isArray(answer['replies']))
    throw new Error(`no answer for ${url}: ${stderr}`)
  const shares: Record<string, number> = {}
  let afterSeconds = 0
  for (const reply of answer['replies'].filter(isRecord)) {
    const key = `http ${String(reply['reaches'] === 'application' ? 200 : reply['code'])}`
    shares[key] = (shares[key] ?? 0) + Number(reply['share'])
    afterSeconds = Math.max(afterSeconds, Number(reply['afterSeconds'] ?? 0))
  }
  return { shares, afterSeconds }
}

const cases: readonly (readonly [url: string, code: number])[] = [
  ['http://well.test/', 200],
  ['http://nobody-asks-for-this.test/', 404],
  ['http://missing-service.test/', 503],
  ['http://missing-port.test/', 503],
  ['http://empty.test/', 503],
  ['http://deaf.test/', 502],
  ['http://pattern-refused.test/api/x', 404],
  ['http://pattern.test/api/x', 200],
  ['http://pattern.test/other', 404],
  ['http://credentials.test/', 401],
  ['http://no-credentials.test/', 404],
  ['http://moved.test/', 301],
  ['http://nothing-left.test/cut', 500],
  ['http://nothing-left.test/cut/this', 200],
  ['http://snippet.test/', 404],
  ['http://denied.test/', 504],
  ['http://elements.test/abc/d', 200],
  ['http://elements.test/abcd', 404],
  // A canary without endpoints is left out.
  ['http://main.test/', 200],
  ['http://own-well.test/', 200],
  ['http://own-missing-service.test/', 404],
  ['http://own-missing-port.test/', 404],
  ['http://own-empty.test/', 404],
  ['http://own-characters.test/abc/d', 200],
  ['http://own-characters.test/abcd', 200],
]

describe.skipIf(!cluster.hasTraefik)('requests that Ingresses take', () => {
  beforeAll(async () => {
    await cluster.kubectl.run(['create', 'namespace', namespace])
    const items = [
      ...[server({ name: 'web' }), service('web', { app: 'web' }), client('curl'), client('deaf')],
      ...[server({ name: 'denied' }), ...services, ...objects],
    ]
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    await cluster.kubectl.run(['--namespace', namespace, 'apply', '-f', '-'], { input })
    for (const name of ['web', 'curl', 'deaf', 'denied'])
      await cluster.kubectl.run([
        ...['--namespace', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout=60s'],
      ])
    for (const url of ['http://well.test/', 'http://own-well.test/', 'http://pattern.test/api/x'])
      await waitFor(
        () => `Traefik to answer ${url}`,
        async () => describeAnswer(await ask(url)) === 'http 200',
        { timeoutMs: 60_000, intervalMs: 500 },
      )
  })

  afterAll(async () => {
    await cluster.kubectl.run(['delete', 'namespace', namespace, '--wait=false'])
  })

  test.each(cases)('%s is answered with %i, as predicted', async (url, code) => {
    expect(describeAnswer(await ask(url))).toBe(`http ${code}`)
    const { shares } = await predicted(url)
    expect(shares).toEqual({ [`http ${code}`]: 1 })
  })

  test('no answer within the time that a client waits, where the proxy waits longer', async () => {
    const url = 'http://silent.test/'
    expect(describeAnswer(await ask(url))).toBe('timeout')
    const { shares, afterSeconds } = await predicted(url)
    expect(shares).toEqual({ 'http 504': 1 })
    expect(afterSeconds).toBe(180)
  })

  test('the answers of one and the same route do not change from request to request', async () => {
    expect(await tally(() => ask('http://main.test/'), 10)).toEqual({ 'http 200': 10 })
  })
})
