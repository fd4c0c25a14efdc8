import { describe, expect, test } from 'vitest'
import { locator } from '../../src/snapshot/files/locate.ts'
import { snapshotToJson } from '../../src/snapshot/files/saved.ts'
import { KnownError } from '../../src/snapshot/known-error.ts'
import { jsonPod, keys, loaded, pod } from './files.ts'

describe('objects', () => {
  test('of unknown kinds, and of other groups with the name of a kind of ours, are counted', () => {
    const { snapshot, skipped } = loaded({
      'a.yaml': [
        pod('x'),
        'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: s}\n',
        'apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c}\n',
        'apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: d}\n',
        'apiVersion: v1\nkind: LimitRange\nmetadata: {name: s}\n',
        'apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: i}\n',
      ].join('---\n'),
      'values.yaml': 'image: nginx\n',
    })
    expect(snapshot.objects).toHaveLength(1)
    expect(Object.fromEntries(skipped)).toEqual({
      'Service.serving.knative.dev': 1,
      'Certificate.cert-manager.io': 2,
      LimitRange: 1,
      'Ingress.extensions': 1,
    })
  })

  test('of an unknown version are read, with one warning for each file', () => {
    const ingress = (name: string) =>
      `apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: ${name}, namespace: a}\nspec: {rules: [{host: h, http: {paths: [{backend: {serviceName: s}}]}}]}\n`
    const files = loaded({ 'a.yaml': `${ingress('i')}---\n${ingress('j')}` })
    expect(keys(files)).toEqual(['Ingress/a/i', 'Ingress/a/j'])
    expect(files.warnings).toEqual([
      'a.yaml: Ingress of networking.k8s.io/v1beta1 is read as networking.k8s.io/v1: fields that stand elsewhere in that version are not seen',
    ])
  })

  test('without a name are left out with a warning', () => {
    const { warnings } = loaded({
      'a.yaml': `${pod('x')}---\napiVersion: batch/v1\nkind: Job\nmetadata: {generateName: j-}\n`,
    })
    expect(warnings).toEqual(['a.yaml: document 2: Job has no metadata.name and is left out'])
  })

  test('with null and fields of a wrong type keep the rest', () => {
    const content = pod('x', 'spec:\n  containers: null\n  nodeName: 3\n  hostNetwork: true\nstatus: null\n')
    expect(loaded({ 'a.yaml': content }).snapshot.objects[0]).toMatchObject({
      spec: { containers: [], nodeName: undefined, hostNetwork: true },
      status: { conditions: [] },
    })
  })

  test('without a namespace are in the default one, unless they are of the cluster', () => {
    const content =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: n}\n'
    expect(keys(loaded({ 'a.yaml': content }, { defaultNamespace: 'shop' }))).toEqual([
      'Pod/shop/x',
      'Node/n',
    ])
  })

  test('of later files replace earlier ones, which is said about manifests', () => {
    const files = loaded({
      'a.yaml': pod('x', 'spec: {nodeName: one}\n'),
      'b.yaml': pod('x', 'spec: {nodeName: two}\n'),
    })
    expect(files.snapshot.objects).toMatchObject([{ spec: { nodeName: 'two' } }])
    expect(files.warnings).toEqual(['b.yaml: document 1: Pod/a/x replaces the one in a.yaml: document 1'])
    expect(files.origins.get('Pod/a/x')?.file).toBe('b.yaml')
  })
})

describe('coverage', () => {
  const list = (...items: readonly object[]) => ({ 'dump.json': JSON.stringify({ kind: 'List', items }) })
  const applied = (kind: string, apiVersion: string, name: string, more: object = {}) => ({
    apiVersion,
    kind,
    metadata: { name, namespace: 'a', uid: name, ...('metadata' in more ? (more.metadata ?? {}) : {}) },
    ...('status' in more ? { status: more.status } : {}),
  })
  const running = applied('Pod', 'v1', 'x')
  const service = applied('Service', 'v1', 's')
  const deployment = (replicas: number) => applied('Deployment', 'apps/v1', 'd', { status: { replicas } })

  test('of manifests is an open world, closed on request', () => {
    expect(loaded({ 'a.yaml': pod('x') }).snapshot.coverage).toMatchObject({ world: 'open', declared: true })
    expect(loaded({ 'a.yaml': pod('x') }, { isComplete: true }).snapshot.coverage.world).toBe('closed')
  })

  test('of a dump is whole for what it holds and for workloads, in its namespaces', () => {
    const { coverage } = loaded(list(running, service, applied('ConfigMap', 'v1', 'c'))).snapshot
    expect(coverage).toMatchObject({ world: 'closed', declared: false })
    expect(coverage.kinds.Pod).toEqual({ namespaces: ['a'], depth: 'full' })
    expect(coverage.kinds.Deployment).toEqual({ namespaces: ['a'], depth: 'full' })
    expect(coverage.kinds.ConfigMap).toBeDefined()
    expect(coverage.kinds.EndpointSlice).toBeUndefined()
    expect(coverage.kinds.Node).toBeUndefined()
  })

  test.each<[string, readonly object[], boolean]>([
    ['Services alone', [service], false],
    ['a Deployment that counts pods', [service, deployment(2)], false],
    ['a Deployment at zero', [service, deployment(0)], true],
    ['pods', [service, running], true],
  ])('of a dump of %s says about pods what it can', (_, items, isWhole) => {
    expect(loaded(list(...items)).snapshot.coverage.kinds.Pod !== undefined).toBe(isWhole)
  })

  test('of a dump does not take owners for absent that its objects name', () => {
    const owned = {
      ...jsonPod('x', { uid: 'x', ownerReferences: [{ kind: 'ReplicaSet', name: 'r', controller: true }] }),
    }
    const { kinds } = loaded(list(owned, service)).snapshot.coverage
    expect(kinds.ReplicaSet).toBeUndefined()
    expect(kinds.StatefulSet).toBeDefined()
  })

  test('of a dump of all namespaces is whole for the kinds of namespaces, but for those that every cluster has', () => {
    const system = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'n' } }
    const { kinds } = loaded(list(system, running, service)).snapshot.coverage
    expect(kinds.Pod).toEqual({ namespaces: 'all', depth: 'full' })
    expect(kinds.Event).toEqual({ namespaces: 'all', depth: 'full' })
    expect(kinds.Namespace).toEqual({ namespaces: 'all', depth: 'full' })
    expect(kinds.EndpointSlice).toBeUndefined()
    expect(kinds.Node).toBeUndefined()
  })

  test('is not closed by one exported object among manifests', () => {
    const files = loaded({ 'a.yaml': `${pod('x')}---\n${pod('y')}`, 'b.json': JSON.stringify(running) })
    expect(files.snapshot.coverage.world).toBe('open')
    expect(files.warnings.join()).toContain('are read as manifests')
  })

  test('of a dump holds with a manifest laid over it, which is said', () => {
    const files = loaded({ ...list(running, service), 'new.yaml': pod('y') })
    expect(files.snapshot.coverage.world).toBe('closed')
    expect(files.warnings).toEqual([
      '1 of 3 objects have no uid: they are taken as if they stood in the dumped cluster',
    ])
  })
})

describe('time', () => {
  test('is the newest that any object tells, and never a time that was only meant', () => {
    const content = JSON.stringify([
      jsonPod('x', {
        creationTimestamp: '2026-01-01T00:00:00Z',
        managedFields: [{ time: '2026-01-02T00:00:00Z' }],
      }),
      {
        ...jsonPod('y'),
        spec: { startTime: '2030-01-01T00:00:00Z' },
        status: { notAfter: '2031-01-01T00:00:00Z', startTime: 'soon' },
      },
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'l' },
        spec: { renewTime: '2026-01-03T00:00:00.5Z' },
      },
    ])
    expect(loaded({ 'a.json': content }).snapshot.takenAt).toBe('2026-01-03T00:00:00.5Z')
    expect(loaded({ 'a.yaml': pod('x') }).snapshot.takenAt).toBe('1970-01-01T00:00:00.000Z')
  })
})

describe('a saved snapshot', () => {
  const snapshot = loaded({ 'a.yaml': pod('x') }, { isComplete: true }).snapshot
  const text = snapshotToJson({
    ...snapshot,
    takenAt: '2026-05-05T00:00:00Z',
    server: { context: 'prod', version: 'v1.36.3', source: 'context prod' },
    coverage: {
      ...snapshot.coverage,
      notServed: ['HTTPRoute'],
      gaps: [{ kind: 'Secret', namespace: 'a', why: 'forbidden', permission: 'list secrets' }],
    },
    observations: [
      {
        place: 'p',
        check: 'tcp',
        by: { identity: 'probe', node: 'n' },
        result: { ok: true, ms: 3 },
        at: '2026-05-05T00:00:01Z',
      },
    ],
  })

  test('comes back as it was', () => {
    const again = loaded({ 'saved.json': text }).snapshot
    expect(snapshotToJson(again)).toBe(text)
  })

  test('decides coverage and time, with manifests laid over it', () => {
    const files = loaded({
      'saved.json': text,
      'b.yaml': `${pod('x', 'spec: {nodeName: two}\n')}---\n${pod('y')}`,
    })
    expect(keys(files)).toEqual(['Pod/a/x', 'Pod/a/y'])
    expect(files.snapshot.takenAt).toBe('2026-05-05T00:00:00Z')
    expect(files.snapshot.coverage.gaps).toHaveLength(1)
    expect(files.snapshot.objects[0]).toMatchObject({ spec: { nodeName: 'two' } })
  })

  test('without objects is an answer, too', () => {
    expect(loaded({ 'saved.json': snapshotToJson({ ...snapshot, objects: [] }) }).snapshot.objects).toEqual(
      [],
    )
  })

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'two of them',
      { 'a.json': text, 'b.json': text },
      /a\.json and b\.json are both saved snapshots: give one, or compare them/,
    ],
    [
      'a newer format',
      { 'a.json': text.replace('netdoctor.dev/v1', 'netdoctor.dev/v9') },
      /a\.json is a snapshot of format netdoctor\.dev\/v9, this program reads netdoctor\.dev\/v1/,
    ],
  ])('is refused: %s', (_, files, message) => {
    expect(() => loaded(files)).toThrow(message)
    expect(() => loaded(files)).toThrow(KnownError)
  })

  test.each([
    '{}',
    '[]',
    '3',
    'null',
    '{"kinds":{"Pod":null,"Nonsense":{}},"gaps":[{"kind":"Pod"},null],"notServed":3}',
  ])('with broken parts is read as far as it goes: coverage %s', (coverage) => {
    const broken = `{"apiVersion":"netdoctor.dev/v1","kind":"NetdoctorSnapshot","takenAt":"soon","coverage":${coverage},"items":[3,null,${JSON.stringify(jsonPod('x'))}],"observations":[null,{}]}`
    const files = loaded({ 'a.json': broken })
    expect(keys(files)).toEqual(['Pod/a/x'])
    expect(files.snapshot.takenAt).toBe('1970-01-01T00:00:00.000Z')
  })
})

describe('nothing of use', () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['an empty file', { 'a.yaml': '' }, /^a\.yaml is empty$/],
    [
      'files without objects',
      { 'a.yaml': 'x: 1', 'b.yaml': '' },
      /^no Kubernetes object that netdoctor reads is in a\.yaml, b\.yaml$/,
    ],
    [
      'other kinds',
      { 'a.yaml': 'apiVersion: v1\nkind: LimitRange\nmetadata: {name: s}\n' },
      /in a\.yaml \(only 1 LimitRange\)$/,
    ],
    ['a broken file', { 'a.yaml': 'kind: "Pod' }, /in a\.yaml \(a\.yaml:1:\d+: document 1 is not valid YAML/],
    ['an empty List', { 'a.json': '{"kind":"List","items":[]}' }, /^no Kubernetes object/],
    ['binary data', { 'a.yaml': '\u0089PNG\r\n\u001a\n\u0000\u0000\uFFFD' }, /^no Kubernetes object/],
  ])('is one clear error: %s', (_, files, message) => {
    expect(() => loaded(files)).toThrow(message)
    expect(() => loaded(files)).toThrow(KnownError)
  })
})

describe('places of fields', () => {
  const files = {
    'a.yaml': `# head\n---\n${pod('x')}---\n${pod('y', 'spec:\n  containers:\n  - name: c\n    image: i\n')}`,
    'b.json': JSON.stringify({ kind: 'List', items: [jsonPod('j', { labels: { 'a.b/c': 'd' } })] }, null, 2),
  }
  const locate = locator(
    Object.entries(files).map(([file, content]) => ({ file, content })),
    loaded(files).origins,
  )
  const reference = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'a', name })

  test.each([
    ['x', 'metadata.name', 'a.yaml:6:9'],
    ['y', 'spec.containers[0].image', 'a.yaml:17:12'],
    ['y', 'spec.containers[0].ports[3].name', 'a.yaml:16:5'],
    ['j', 'metadata.labels["a.b/c"]', 'b.json:11:20'],
    ['y', '', 'a.yaml:9:1'],
  ])('of Pod %s: %s stands at %s', (name, field, place) => {
    expect(locate(reference(name), field)).toBe(place)
  })

  test('are unknown for objects that are in no file', () => {
    expect(locate(reference('z'), 'metadata.name')).toBeUndefined()
  })
})

test('50 MB of JSON are read whole', () => {
  const status = {
    conditions: Array.from({ length: 10 }, () => ({
      type: 'Ready',
      status: 'True',
      message: 'm'.repeat(40),
    })),
  }
  const items = Array.from({ length: 50_000 }, (_, index) => ({
    ...jsonPod(`pod-${index}`, { uid: String(index) }),
    status,
  }))
  const content = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  expect(content.length).toBeGreaterThan(45e6)
  expect(loaded({ 'dump.json': content }).snapshot.objects).toHaveLength(50_000)
})
