import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskSnapshot } from '../../src/network/references/mask.ts'
import { snapshotFromJson, snapshotToJson } from '../../src/snapshot/files/saved.ts'
import { record } from '../../src/snapshot/kinds/json.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { files, scripts, values } from '../network/references/forms.ts'
import { recording, recordings } from '../recorded/recording.ts'
import { answer } from './answer.ts'
import { canary, cluster, snapshotOf } from './cluster-texts.ts'
import { dials } from './dials.ts'

// A fixed seed: texts that no scanner could read the same way twice exist, and nobody should meet one by chance.
const runs = { numRuns: 300, seed: Number(process.env['SEED'] ?? 20261123) }

const json = (snapshot: Snapshot): string => snapshotToJson(maskSnapshot(snapshot))
const saved = (snapshot: Snapshot): Snapshot => snapshotFromJson(record(JSON.parse(json(snapshot))), 'saved')

describe.each(recordings)('%s, saved and read again', (path) => {
  const snapshot = recording(path)

  test('has the same objects and dials', () => {
    const copy = saved(snapshot)
    expect(copy.objects.map(({ kind, metadata }) => [kind, metadata.name])).toEqual(
      snapshot.objects.map(({ kind, metadata }) => [kind, metadata.name]),
    )
    expect(dials(copy)).toEqual(dials(snapshot))
  })

  test('gives the same answer', () => {
    const everything = { kind: 'scan', namespaces: 'all' } as const
    expect(answer(everything, saved(snapshot))).toEqual(answer(everything, snapshot))
  })

  test('is masked no further by another round', () => {
    expect(json(saved(snapshot))).toBe(json(snapshot))
  })
})

describe('a masked snapshot of any texts', () => {
  test('has the same dials', () => {
    fc.assert(
      fc.property(cluster, (snapshot) => {
        expect(dials(saved(snapshot)).toSorted()).toEqual(dials(snapshot).toSorted())
      }),
      runs,
    )
  })

  test('gives the same answer', () => {
    const question = { kind: 'scan', namespaces: ['prod'] } as const
    fc.assert(
      fc.property(cluster, (snapshot) => {
        expect(answer(question, saved(snapshot))).toEqual(answer(question, snapshot))
      }),
      runs,
    )
  })

  test('holds no password', () => {
    fc.assert(
      fc.property(cluster, (snapshot) => {
        // What is written where an address belongs is an address.
        fc.pre(!dials(snapshot).join(' ').toLowerCase().includes(canary.toLowerCase()))
        expect(json(snapshot).toLowerCase()).not.toContain(canary.toLowerCase())
      }),
      runs,
    )
  })
})

describe('a masked snapshot has the same dials as the original', () => {
  const inPod = (container: object, data: Readonly<Record<string, string>>): Snapshot => {
    const spec = {
      containers: [{ name: 'app', volumeMounts: [{ name: 'v', mountPath: '/etc/app' }], ...container }],
      volumes: [{ name: 'v', configMap: { name: 'settings' } }],
    }
    const metadata = { name: 'app', namespace: 'a' }
    return snapshotOf([
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template: { spec } } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'a' }, data },
    ])
  }
  const expectSame = (snapshot: Snapshot): void =>
    expect(dials(saved(snapshot)).toSorted()).toEqual(dials(snapshot).toSorted())

  test.each(values)('%s=%s', (name, value) => expectSame(inPod({ env: [{ name, value }] }, {})))

  test.each(scripts)('%s', (script) => {
    expectSame(inPod({ command: ['sh', '-c', script] }, {}))
    expectSame(inPod({ readinessProbe: { exec: { command: ['sh', '-c', script] } } }, {}))
    expectSame(inPod({}, { 'run.sh': script }))
  })

  test.each(files)('a file of %s', (_, content) => expectSame(inPod({}, { 'app.conf': content })))
})

describe('of a Deployment', () => {
  const masked = (container: object, data: Readonly<Record<string, string>> = {}) => {
    const spec = {
      containers: [{ name: 'app', volumeMounts: [{ name: 'v', mountPath: '/etc/app' }], ...container }],
      volumes: [{ name: 'v', configMap: { name: 'settings' } }],
    }
    const snapshot = maskSnapshot(
      snapshotOf([
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'app', namespace: 'a' },
          spec: { template: { spec } },
        },
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'a' }, data },
      ]),
    )
    const [deployment, settings] = snapshot.objects
    return {
      container: deployment?.kind === 'Deployment' ? deployment.spec.template?.spec.containers[0] : undefined,
      data: settings?.kind === 'ConfigMap' ? { ...settings.data } : {},
    }
  }

  test.each([
    [
      'DATABASE_URL',
      'postgresql://app:pw@10.244.1.15:5432/orders?x=y',
      'postgresql://***:***@10.244.1.15:5432/***?xa=***',
    ],
    ['API_URL', 'https://hooks.example.com/services/T0/B0/secret', 'https://hooks.example.com/***'],
    ['DB_HOST', 'db', 'db'],
    ['GREETING', 'hello world', '***'],
    ['TRACING_ENABLED', 'false', 'false'],
    ['EMPTY', '', ''],
    ['REDIS', 'redis://:pw@redis:6379/0,password=pw', 'redis://:***@redis:6379/0,password=***'],
  ])('env %s=%s becomes %s', (name, value, expected) => {
    expect(masked({ env: [{ name, value }] }).container?.env[0]?.value).toBe(expected)
  })

  test('keeps of a script its programs and addresses', () => {
    const { container } = masked({
      command: ['/bin/sh', '-c', 'while true; do curl -u a:pw http://auth/x?k=pw; sleep 5; done'],
    })
    expect(container?.command).toEqual([
      '/bin/sh',
      '-c',
      'while true; do curl -u ***:*** http://auth/***?xa=***; sleep 5; done',
    ])
  })

  test('keeps of a file the keys that say what an address is', () => {
    const { data } = masked(
      {},
      { 'app.yaml': 'redis:\n  host: cache\n  port: 6379\n  auth: pw\nnote: pw\n', 'other.txt': 'pw' },
    )
    expect(data).toEqual({
      'app.yaml': 'xa:\n  host: cache\n  port: 6379\n  xb: ***\nnote: ***\n',
      'other.txt': '***',
    })
  })

  test('masks probe commands by what looks like a password, and drops headers', () => {
    const readinessProbe = {
      exec: { command: ['redis-cli', '-a', canary, 'ping'] },
      httpGet: { path: `/x?token=${canary}`, httpHeaders: [{ name: 'Authorization', value: canary }] },
    }
    expect(JSON.stringify(masked({ readinessProbe }))).not.toContain(canary)
    expect(masked({ readinessProbe }).container?.readinessProbe?.exec?.command).toEqual([
      'redis-cli',
      '-a',
      '***',
      'ping',
    ])
  })
})

test('a Corefile stays as it is, without credentials', () => {
  const Corefile = `.:53 {\n  route53 example.org.:Z1 {\n    aws_access_key AKIA ${canary}\n  }\n  hosts {\n    10.0.0.1 db.local\n  }\n}\n`
  const [object] = maskSnapshot(
    snapshotOf([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'coredns', namespace: 'kube-system' },
        data: { Corefile },
      },
    ]),
  ).objects
  expect(object?.kind === 'ConfigMap' ? object.data['Corefile'] : '').toBe(
    Corefile.replace(`AKIA ${canary}`, '***'),
  )
})

test('gaps and observations are masked too', () => {
  const snapshot = snapshotOf([])
  const masked = maskSnapshot({
    ...snapshot,
    coverage: {
      ...snapshot.coverage,
      gaps: [{ kind: 'Pod', why: 'failed', detail: `https://u:${canary}@api failed` }],
    },
    observations: [{ place: 'p', check: 'log', result: { line: `password=${canary}`, count: 1 }, at: '' }],
  })
  expect(JSON.stringify(masked)).not.toContain(canary)
  expect(masked.observations[0]?.result['count']).toBe(1)
})
