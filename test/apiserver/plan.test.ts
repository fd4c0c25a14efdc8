import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Diagnosis } from '../../src/diagnosis/diagnosis.ts'
import type { Question } from '../../src/diagnosis/question.ts'
import { Network } from '../../src/network/network.ts'
import type { Document } from '../../src/report/document.ts'
import { toText } from '../../src/report/formats/table.ts'
import { scanView } from '../../src/report/views/scan.ts'
import { serviceView } from '../../src/report/views/service.ts'
import { type ApiObject, collectionOf } from './collections.ts'
import { forbid } from './handlers.ts'
import { manyPods, readFor, type Served, serve } from './large-cluster.ts'

const kinds = ['EndpointSlice', 'Pod', 'Deployment', 'ConfigMap', 'NetworkPolicy', 'Event'] as const

/** Namespaces and kinds of the lists that were asked for, one text per namespace; `*` for all namespaces. */
function listsOf({ asked }: Served): Readonly<Record<string, string>> {
  const found = new Map<string, string[]>()
  for (const target of asked) {
    const { pathname, searchParams } = new URL(target, 'https://server')
    const collection = collectionOf({ path: pathname })
    if (collection === undefined || searchParams.get('limit') === '1') continue
    const { kind, namespace = '*' } = collection
    const selector = searchParams.get('labelSelector') ?? searchParams.get('fieldSelector')
    const shown = kinds.some((name) => name === kind) || (kind === 'Service' && namespace === '*')
    if (!shown) continue
    const name = selector === null ? kind : `${kind}(${selector})`
    found.set(namespace, [...(found.get(namespace) ?? []), name])
  }
  return Object.fromEntries([...found].map(([namespace, names]) => [namespace, names.sort().join(' ')]))
}

const whole = 'ConfigMap Deployment EndpointSlice Event NetworkPolicy Pod'
const second = 'ConfigMap Deployment EndpointSlice NetworkPolicy Pod'
const controllers =
  'Pod(app.kubernetes.io/name in (ingress-nginx,traefik,nginx-ingress,haproxy-ingress,kubernetes-ingress,kong,contour,gateway-helm,nginx-gateway-fabric,aws-load-balancer-controller))'
const always = {
  '*': `${controllers} Service`,
  'kube-system': 'ConfigMap Deployment EndpointSlice NetworkPolicy Pod(k8s-app=kube-dns)',
  'openshift-dns':
    'ConfigMap Deployment EndpointSlice NetworkPolicy Pod(dns.operator.openshift.io/daemonset-dns=default)',
}

const about = (namespace: string, name: string): Question => ({ kind: 'service', namespace, name })

describe('of a large cluster', () => {
  it.each<[string, Question, Readonly<Record<string, string>>]>([
    ['svc: its namespace', about('quiet', 'api'), { quiet: whole }],
    [
      'svc: namespaces that its policies name or select',
      about('shop', 'api'),
      { shop: whole, front: second, team: second },
    ],
    [
      'from: namespaces that are dialled, owners of addresses and where they live',
      { kind: 'from', namespace: 'front', workload: 'Deployment/front/web' },
      { front: whole, shop: second, far: second, '*': `${controllers} Pod(status.podIP=10.1.0.9) Service` },
    ],
    ['scan: one namespace', { kind: 'scan', namespaces: ['quiet'] }, { quiet: whole }],
  ])('%s', async (_, question, expected) => {
    const served = serve(objects, [onlyAddress, manyPods])
    await readFor(question, served)
    expect(listsOf(served)).toEqual({ ...always, ...expected })
  })

  it('no more than ten namespaces are read besides, and the others stay not asked for', async () => {
    const many = Array.from({ length: 30 }, (_, index) => namespace(`team-${index}`, { part: 'of' }))
    const policy = ingressFrom('quiet', 'many', { part: 'of' })
    const served = serve([...objects, ...many, policy], [manyPods])
    const { coverage } = await readFor(about('quiet', 'api'), served)
    expect(coverage.kinds.Pod?.namespaces).toHaveLength(1 + 10)
  })

  it('an address that no pod has is not known to be free', async () => {
    const served = serve(objects, [onlyAddress, manyPods])
    const network = Network.of(
      await readFor({ kind: 'from', namespace: 'front', workload: 'Deployment/front/web' }, served),
    )
    expect(network.inventory.byAddress('10.1.0.9').items).toMatchObject([{ metadata: { name: 'far-1' } }])
    expect(network.inventory.byAddress('10.1.0.77')).toMatchObject({
      items: [],
      gaps: expect.arrayContaining([expect.objectContaining({ kind: 'Pod', why: 'not-asked' })]),
    })
  })

  it('everything is read where the size may not be known: `view` in one namespace', async () => {
    const refuse = forbid(({ namespace }) => namespace !== 'quiet')
    const served = serve(objects, [refuse, manyPods])
    const { coverage } = await readFor(about('quiet', 'api'), served)
    expect(coverage.kinds.Pod?.namespaces).toEqual(['quiet'])
    expect(coverage.gaps).toContainEqual(
      expect.objectContaining({ kind: 'Pod', permission: 'list pods at the cluster scope' }),
    )
  })

  it('what is refused in a namespace of the second round is a gap with its permission', async () => {
    const refuse = forbid(({ kind, namespace }) => kind === 'Pod' && namespace === 'front')
    const { coverage } = await readFor(about('shop', 'api'), serve(objects, [refuse, manyPods]))
    expect(coverage.gaps).toContainEqual(
      expect.objectContaining({
        kind: 'Pod',
        namespace: 'front',
        permission: 'list pods in namespace front',
      }),
    )
  })
})

describe('the answer about a large cluster', () => {
  const shown = async (question: Question, view: (diagnosis: Diagnosis, network: Network) => Document) => {
    const network = Network.of(await readFor(question, serve(objects, [onlyAddress, manyPods])))
    return toText(view(diagnose(question, network), network), { width: 100, color: false })
  }
  const options = { isWide: false, isLive: true, locate: undefined }

  it('says once where callers were looked for, and never that there are none', async () => {
    const text = await shown(about('quiet', 'api'), (diagnosis, network) => {
      const [service] = network.services.get('quiet', 'api').items
      return service === undefined ? [] : serviceView(diagnosis, service, network, options)
    })
    expect(text).toContain('no caller found in 1 of 6 namespaces; -A for all')
    expect(text.match(/ of 6 namespaces/g)).toHaveLength(1)
  })

  it('says once how much was read', async () => {
    const text = await shown({ kind: 'scan', namespaces: ['quiet'] }, (diagnosis) =>
      scanView(diagnosis, options),
    )
    expect(text.match(/· read: 1 of 6 namespaces \(-A reads all\)/g)).toHaveLength(1)
  })
})

describe('of a cluster with few pods', () => {
  it('everything is read, whatever is asked', async () => {
    const served = serve(objects)
    const { coverage } = await readFor(about('quiet', 'api'), served)
    expect(coverage.kinds.Pod?.namespaces).toBe('all')
  })
})

it('a question about a Service reads a small share of a large cluster', async () => {
  const spaces = Array.from({ length: 60 }, (_, index) => `team-${index}`)
  const many = spaces.flatMap((name) => [
    namespace(name, {}),
    service(name, 'api'),
    ...Array.from({ length: 40 }, (_, index) => pod(name, `api-${index}`, `10.2.0.${index}`, 8_000)),
  ])
  const all = serve(many)
  await readFor({ kind: 'scan', namespaces: 'all' }, all)
  const one = serve(many)
  await readFor(about('team-7', 'api'), one)
  expect(one.bytes / all.bytes).toBeLessThan(0.03)
})

/** The pods with one address; the store knows no field selectors. */
function onlyAddress({ path, query }: { path: string; query: URLSearchParams }) {
  const selector = query.get('fieldSelector')
  if (path !== '/api/v1/pods' || selector === null) return undefined
  const items = selector === 'status.podIP=10.1.0.9' ? [pod('far', 'far-1', '10.1.0.9')] : []
  return { json: { kind: 'PodList', metadata: { resourceVersion: '1000' }, items } }
}

function namespace(name: string, labels: Readonly<Record<string, string>>): ApiObject {
  return { kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...labels } } }
}

function service(space: string, name: string): ApiObject {
  return {
    kind: 'Service',
    metadata: { name, namespace: space },
    spec: { selector: { app: name }, clusterIP: '10.96.0.7', ports: [{ port: 80 }] },
  }
}

function pod(space: string, name: string, podIP: string, bytes = 0): ApiObject {
  return {
    kind: 'Pod',
    metadata: { name, namespace: space, labels: { app: 'api' }, annotations: { filler: 'x'.repeat(bytes) } },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', ports: [{ containerPort: 80 }] }] },
    status: {
      phase: 'Running',
      podIP,
      podIPs: [{ ip: podIP }],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  }
}

function ingressFrom(space: string, name: string, labels: Readonly<Record<string, string>>): ApiObject {
  return {
    kind: 'NetworkPolicy',
    metadata: { name, namespace: space },
    spec: {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: labels } }] }],
    },
  }
}

const web: ApiObject = {
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'front' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'main',
            env: [
              { name: 'API_URL', value: 'http://api.shop.svc:80' },
              { name: 'CACHE_URL', value: 'http://10.1.0.9:80' },
            ],
          },
        ],
      },
    },
  },
}

const objects: readonly ApiObject[] = [
  ...['quiet', 'shop', 'front', 'far', 'other'].map((name) => namespace(name, {})),
  namespace('team', { team: 'payments' }),
  { kind: 'Node', metadata: { name: 'node-1' }, spec: { podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24'] } },
  service('quiet', 'api'),
  pod('quiet', 'api-1', '10.1.0.5'),
  service('shop', 'api'),
  pod('shop', 'api-1', '10.1.0.6'),
  ingressFrom('shop', 'by-name', { 'kubernetes.io/metadata.name': 'front' }),
  ingressFrom('shop', 'by-label', { team: 'payments' }),
  ingressFrom('shop', 'from-everywhere', {}),
  web,
  pod('other', 'other-1', '10.1.0.8'),
]
