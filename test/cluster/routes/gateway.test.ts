import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRecord } from '../../../src/snapshot/kinds/json.ts'
import { waitFor } from '../harness/wait.ts'
import { testCluster } from '../kit/cluster.ts'
import { runNetdoctor } from '../kit/netdoctor.ts'
import { client, type KubernetesObject, server, service } from '../kit/objects.ts'
import { askFrom, describeAnswer, tally } from '../kit/request.ts'

const cluster = await testCluster()
const namespace = `netdoctor-stage-gateway-${Date.now().toString(36)}`
const other = `${namespace}-b`
const via = 'traefik.traefik:80'
const api = 'gateway.networking.k8s.io/v1'

type Rule = Readonly<Record<string, unknown>>
const toWeb = { backendRefs: [{ name: 'web', port: 80 }] }
const toNobody = { backendRefs: [{ name: 'nobody', port: 80 }] }
const prefix = (value: string) => ({ path: { type: 'PathPrefix', value } })

interface RouteOptions {
  readonly hosts?: readonly string[]
  readonly section?: string
  readonly namespace?: string
}

function route(name: string, rules: readonly Rule[], options: RouteOptions = {}): KubernetesObject {
  const { hosts = [`${name}.test`], section = 'web', namespace: of } = options
  const parentRefs = [{ name: 'web', namespace, sectionName: section }]
  return {
    apiVersion: api,
    kind: 'HTTPRoute',
    metadata: { name, ...(of !== undefined && { namespace: of }) },
    spec: { parentRefs, hostnames: hosts, rules },
  }
}

const gateway: KubernetesObject = {
  apiVersion: api,
  kind: 'Gateway',
  metadata: { name: 'web' },
  spec: {
    gatewayClassName: 'traefik',
    listeners: [
      { name: 'web', port: 8000, protocol: 'HTTP' },
      { name: 'narrow', port: 8000, protocol: 'HTTP', hostname: '*.narrow.test' },
      { name: 'closed', port: 8123, protocol: 'HTTP', hostname: 'closed.test' },
    ],
  },
}

/** Which rule of several takes a request shows by the code: what goes to `nobody` is answered with 500. */
const routes: readonly KubernetesObject[] = [
  route('well', [toWeb]),
  route('missing-service', [toNobody]),
  route('missing-port', [{ backendRefs: [{ name: 'web', port: 8080 }] }]),
  route('external-name', [{ backendRefs: [{ name: 'alias', port: 80 }] }]),
  route('no-grant', [{ backendRefs: [{ name: 'web', namespace: other, port: 80 }] }]),
  route('granted', [{ backendRefs: [{ name: 'granted', namespace: other, port: 80 }] }]),
  route('empty-service', [{ backendRefs: [{ name: 'empty', port: 80 }] }]),
  route('no-backends', [{ matches: [prefix('/')] }]),
  route('weight-zero', [{ backendRefs: [{ name: 'web', port: 80, weight: 0 }] }]),
  route('redirect', [
    {
      filters: [
        { type: 'RequestRedirect', requestRedirect: { hostname: 'elsewhere.test', statusCode: 301 } },
      ],
    },
  ]),
  route('mirror', [
    {
      ...toWeb,
      filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'web', port: 80 } } }],
    },
  ]),
  route('half', [
    {
      backendRefs: [
        { name: 'web', port: 80 },
        { name: 'nobody', port: 80 },
      ],
    },
  ]),
  route('exact', [
    { ...toNobody, matches: [prefix('/')] },
    { ...toWeb, matches: [{ path: { type: 'Exact', value: '/this' } }] },
  ]),
  route('header', [
    { ...toWeb, matches: [prefix('/')] },
    { ...toNobody, matches: [{ ...prefix('/'), headers: [{ name: 'X-Version', value: 'two' }] }] },
  ]),
  route('elements', [{ ...toWeb, matches: [prefix('/abc')] }]),
  route('expression', [{ ...toWeb, matches: [{ path: { type: 'RegularExpression', value: '/v[0-9]/' } }] }]),
  route('wild', [{ ...toNobody, matches: [prefix('/a/long/path')] }], { hosts: ['*.wild.test'] }),
  route('not-wild', [toWeb], { hosts: ['one.wild.test'] }),
  route('other-host', [toWeb], { section: 'narrow' }),
  route('closed', [toWeb], { section: 'closed' }),
  route('no-section', [toWeb], { section: 'nowhere' }),
  route('other-namespace', [toWeb], { namespace: other }),
]

const others: readonly KubernetesObject[] = [
  { ...service('web', { app: 'web' }), metadata: { name: 'web', namespace: other } },
  { ...service('granted', { app: 'web' }), metadata: { name: 'granted', namespace: other } },
  { ...server({ name: 'web' }), metadata: { name: 'web', namespace: other } },
  {
    apiVersion: api,
    kind: 'ReferenceGrant',
    metadata: { name: 'granted', namespace: other },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace }],
      to: [{ group: '', kind: 'Service', name: 'granted' }],
    },
  },
]

async function apply(objects: readonly KubernetesObject[]): Promise<void> {
  for (const [to, items] of Map.groupBy(objects, ({ metadata }) => metadata.namespace ?? namespace)) {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    await cluster.kubectl.run(['--namespace', to, 'apply', '-f', '-'], { input })
  }
}

const ask = (url: string, headers: readonly string[] = []) =>
  askFrom(
    ([program = '', ...argv]) =>
      cluster.kubectl.attempt([
        ...['--namespace', namespace, 'exec', 'deployment/curl', '--', program],
        ...headers.flatMap((header) => ['--header', header]),
        ...argv,
      ]),
    url,
    { via },
  )

/** What netdoctor says that a client gets, in the words of {@link describeAnswer}: the share of each answer. */
async function predicted(url: string, headers: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const flags = headers.flatMap((header) => ['--header', header])
  const { stdout, stderr } = await runNetdoctor(cluster.kubectl, [
    'ingress',
    url,
    '-A',
    ...flags,
    '--output',
    'json',
  ])
  const result: unknown = stdout === '' ? undefined : JSON.parse(stdout)
  const [answer] = isRecord(result) && Array.isArray(result['answers']) ? result['answers'] : []
  if (!isRecord(answer) || !Array.isArray(answer['replies']))
    throw new Error(`no answer for ${url}: ${stderr}`)
  const shares: Record<string, number> = {}
  for (const reply of answer['replies'].filter(isRecord)) {
    const code = reply['reaches'] === 'application' ? 200 : reply['code']
    const key = `http ${String(code)}`
    shares[key] = (shares[key] ?? 0) + Number(reply['share'])
  }
  return shares
}

interface RequestCase {
  readonly url: string
  readonly code: number
  readonly headers?: readonly string[]
}

const requests: readonly RequestCase[] = [
  { url: 'http://well.test/', code: 200 },
  { url: 'http://nobody-asks-for-this.test/', code: 404 },
  { url: 'http://missing-service.test/', code: 500 },
  { url: 'http://missing-port.test/', code: 500 },
  { url: 'http://external-name.test/', code: 500 },
  { url: 'http://no-grant.test/', code: 500 },
  { url: 'http://granted.test/', code: 200 },
  { url: 'http://empty-service.test/', code: 503 },
  { url: 'http://no-backends.test/', code: 500 },
  { url: 'http://weight-zero.test/', code: 503 },
  { url: 'http://redirect.test/cart', code: 301 },
  { url: 'http://mirror.test/', code: 500 },
  { url: 'http://exact.test/this', code: 200 },
  { url: 'http://exact.test/this/', code: 500 },
  { url: 'http://header.test/', code: 200 },
  { url: 'http://header.test/', code: 500, headers: ['X-Version: two'] },
  { url: 'http://elements.test/abc/d', code: 200 },
  { url: 'http://elements.test/abcd', code: 404 },
  { url: 'http://expression.test/behind/v2/x', code: 200 },
  { url: 'http://expression.test/v22/', code: 404 },
  { url: 'http://one.wild.test/', code: 200 },
  { url: 'http://one.wild.test/a/long/path', code: 500 },
  { url: 'http://two.wild.test/', code: 404 },
  { url: 'http://other-host.test/', code: 404 },
  { url: 'http://closed.test/', code: 404 },
  { url: 'http://no-section.test/', code: 404 },
  { url: 'http://other-namespace.test/', code: 404 },
]

describe.skipIf(!cluster.hasTraefik)('requests that routes of the Gateway API take', () => {
  beforeAll(async () => {
    for (const name of [namespace, other]) await cluster.kubectl.run(['create', 'namespace', name])
    await apply([
      ...[server({ name: 'web' }), service('web', { app: 'web' }), client('curl'), gateway],
      service('empty', { app: 'nobody' }),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'alias' },
        spec: { type: 'ExternalName', externalName: 'web', ports: [{ port: 80 }] },
      },
      ...routes,
      ...others,
    ])
    for (const [of, name] of [
      [namespace, 'web'],
      [namespace, 'curl'],
      [other, 'web'],
    ] as const)
      await cluster.kubectl.run([
        '--namespace',
        of,
        'rollout',
        'status',
        `deployment/${name}`,
        '--timeout=60s',
      ])
    // Traefik reads all routes at once, and its Services as they change: the last to be there are those with pods.
    for (const url of ['http://granted.test/', 'http://well.test/'])
      await waitFor(
        () => `Traefik to answer ${url}`,
        async () => describeAnswer(await ask(url)) === 'http 200',
        { timeoutMs: 60_000, intervalMs: 500 },
      )
  })

  afterAll(async () => {
    await cluster.kubectl.run(['delete', 'namespace', namespace, other, '--wait=false'])
  })

  test.each(requests)('$url is answered with $code, as predicted', async ({ url, code, headers = [] }) => {
    expect(describeAnswer(await ask(url, headers))).toBe(`http ${code}`)
    expect(await predicted(url, headers)).toEqual({ [`http ${code}`]: 1 })
  })

  test('one half of the requests is answered with 500 where one of two backends is missing', async () => {
    const url = 'http://half.test/'
    expect(await tally(() => ask(url), 20)).toEqual({ 'http 200': 10, 'http 500': 10 })
    expect(await predicted(url, [])).toEqual({ 'http 200': 0.5, 'http 500': 0.5 })
  })
})
