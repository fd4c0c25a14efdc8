import { describe, expect, it } from 'vitest'
import { Inventory } from '../../../src/network/inventory/inventory.ts'
import { type Dial, isLiteral, lineOf } from '../../../src/network/references/dial.ts'
import { References } from '../../../src/network/references/references.ts'
import { Workloads } from '../../../src/network/workloads/workloads.ts'
import { kindNames, parseObject } from '../../../src/snapshot/kinds/kinds.ts'
import type { Gap } from '../../../src/snapshot/snapshot.ts'

const deployment = (spec: object): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { template: { metadata: { labels: { app: 'web' } }, spec } },
})

const configMap = (name: string, data: Record<string, string>): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
})

function inventoryOf(objects: readonly object[], gaps: readonly Gap[]): Inventory {
  const read = kindNames.filter((kind) => !gaps.some((gap) => gap.kind === kind))
  return Inventory.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: objects.flatMap((object) => parseObject(object) ?? []),
    coverage: {
      world: 'closed',
      declared: false,
      kinds: Object.fromEntries(read.map((kind) => [kind, { namespaces: 'all', depth: 'full' }])),
      notServed: [],
      gaps,
    },
    observations: [],
  })
}

function read(spec: object, others: readonly object[] = [], gaps: readonly Gap[] = []) {
  const inventory = inventoryOf([deployment(spec), ...others], gaps)
  const workloads = new Workloads(inventory)
  const [workload] = workloads.in('shop').items
  if (workload === undefined) throw new Error('no workload')
  return new References(inventory, workloads).of(workload)
}

const dials = (spec: object, others: readonly object[] = []): readonly Dial[] => read(spec, others).items
const container = (fields: object): object => ({ containers: [{ name: 'app', ...fields }] })
const env = (...pairs: readonly [string, string][]): object =>
  container({ env: pairs.map(([name, value]) => ({ name, value })) })

/** `host:port <- field "text of the span"` */
const lines = (items: readonly Dial[]): readonly string[] =>
  items.map(({ host, port, source, portSource }) => {
    const at = ({ object, field, value, span }: Dial['source']): string =>
      `${object.kind} ${field} "${value.slice(...span)}"`
    return `${host}:${port ?? ''} <- ${at(source)}${portSource === undefined ? '' : ` + ${at(portSource)}`}`
  })

const path = 'spec.template.spec.containers[0]'

describe('References', () => {
  it('names the exact source of an address in the environment', () => {
    const [dial] = dials(env(['DATABASE_URL', 'postgresql://app:pw@10.244.1.15:5432/orders']))
    expect(dial).toEqual({
      host: '10.244.1.15',
      address: 4,
      port: 5432,
      portWritten: true,
      protocol: 'TCP',
      scheme: 'postgresql',
      source: {
        object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
        field: `${path}.env[0].value`,
        kind: 'env',
        container: 'app',
        key: 'DATABASE_URL',
        value: 'postgresql://app:pw@10.244.1.15:5432/orders',
        span: [20, 36],
      },
    })
  })

  it('joins a host and a port in two variables, in any order', () => {
    const spec = env(
      ['DB_PORT', '5432'],
      ['DB_HOST', 'pg'],
      ['PORT', '8080'],
      ['AUTH_SERVICE_HOST', 'auth'],
      ['AUTH_SERVICE_PORT', '81'],
      ['API_SERVER', 'api'],
      ['API_PORT', '82'],
      ['LONELY_HOST', 'lonely'],
    )
    expect(lines(dials(spec))).toEqual([
      `pg:5432 <- Deployment ${path}.env[1].value "pg" + Deployment ${path}.env[0].value "5432"`,
      `auth:81 <- Deployment ${path}.env[3].value "auth" + Deployment ${path}.env[4].value "81"`,
      `api:82 <- Deployment ${path}.env[5].value "api" + Deployment ${path}.env[6].value "82"`,
      `lonely: <- Deployment ${path}.env[7].value "lonely"`,
    ])
  })

  it('expands variables as the kubelet does, and finds an address where it is written', () => {
    const spec = env(
      ['DB_HOST', 'pg'],
      ['DB', 'postgres://u:$(DB_PASSWORD)@$(DB_HOST):5432/x'],
      ['LATER', 'http://$(AFTER)/'],
      ['AFTER', 'auth'],
      ['ESCAPED', 'http://$$(DB_HOST)/'],
      ['JOINED', 'http://$(DB_HOST)-ro.prod:81/'],
      ['TWICE', 'http://first/'],
      ['TWICE', 'http://second/'],
    )
    expect(lines(dials(spec))).toEqual([
      `pg:5432 <- Deployment ${path}.env[0].value "pg" + Deployment ${path}.env[1].value "5432"`,
      `pg-ro.prod:81 <- Deployment ${path}.env[5].value "$(DB_HOST)-ro.prod:81"`,
      `second:80 <- Deployment ${path}.env[7].value "second"`,
    ])
  })

  it('never looks at Secrets, and still reads the host beside a secret password', () => {
    const spec = container({
      env: [
        { name: 'PW', valueFrom: { secretKeyRef: { name: 's', key: 'pw' } } },
        { name: 'HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
        { name: 'NS', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
        { name: 'DB', value: 'postgres://u:$(PW)@pg/x' },
        { name: 'AGENT', value: 'http://$(HOST_IP):8126' },
        { name: 'AUTH', value: 'http://auth.$(NS).svc' },
      ],
    })
    expect(lines(dials(spec))).toEqual([
      `pg:5432 <- Deployment ${path}.env[3].value "pg"`,
      `auth.shop.svc:80 <- Deployment ${path}.env[5].value "auth.$(NS).svc"`,
    ])
  })

  it('reads ConfigMap keys that env and envFrom bring in, where env wins', () => {
    const spec = container({
      envFrom: [{ configMapRef: { name: 'one' } }, { prefix: 'X_', configMapRef: { name: 'two' } }],
      env: [
        { name: 'AUTH_URL', value: 'http://auth-2' },
        { name: 'PAY_URL', valueFrom: { configMapKeyRef: { name: 'two', key: 'pay' } } },
      ],
    })
    const maps = [
      configMap('one', { AUTH_URL: 'http://auth-1', REDIS_HOST: 'redis', REDIS_PORT: '6379' }),
      configMap('two', { pay: 'http://pay', KAFKA: 'k:9092' }),
    ]
    expect(lines(dials(spec, maps))).toEqual([
      `auth-2:80 <- Deployment ${path}.env[0].value "auth-2"`,
      'redis:6379 <- ConfigMap data["REDIS_HOST"] "redis" + ConfigMap data["REDIS_PORT"] "6379"',
      'pay:80 <- ConfigMap data["pay"] "pay"',
      'k:9092 <- ConfigMap data["KAFKA"] "k:9092"',
    ])
    expect(dials(spec, maps)[2]?.source).toMatchObject({ key: 'pay', variable: 'X_pay', container: 'app' })
  })

  it('reads only the ConfigMap keys that a container mounts', () => {
    const spec = {
      containers: [
        {
          name: 'app',
          volumeMounts: [
            { name: 'some', mountPath: '/a' },
            { name: 'sub', mountPath: '/b/app.yaml', subPath: 'app.yaml' },
            { name: 'all', mountPath: '/c' },
          ],
        },
      ],
      volumes: [
        { name: 'some', configMap: { name: 'files', items: [{ key: 'a.yaml', path: 'a.yaml' }] } },
        { name: 'sub', configMap: { name: 'sub' } },
        { name: 'all', projected: { sources: [{ configMap: { name: 'projected' } }] } },
        { name: 'unmounted', configMap: { name: 'unmounted' } },
      ],
    }
    const maps = [
      configMap('files', { 'a.yaml': 'url: http://a1', 'b.yaml': 'url: http://b1' }),
      configMap('sub', { 'app.yaml': 'url: http://sub', 'other.yaml': 'url: http://other' }),
      configMap('projected', {
        'wait.sh': '#!/bin/sh\nnc -z db 5432',
        'ca.crt': 'http://x',
        'page.html': 'http://y',
      }),
      configMap('unmounted', { 'app.yaml': 'url: http://unmounted' }),
    ]
    expect(lines(dials(spec, maps))).toEqual([
      'a1:80 <- ConfigMap data["a.yaml"] "a1"',
      'sub:80 <- ConfigMap data["app.yaml"] "sub"',
      'db:5432 <- ConfigMap data["wait.sh"] "db" + ConfigMap data["wait.sh"] "5432"',
    ])
  })

  it('reads commands, args and their scripts with the container environment', () => {
    const spec = {
      initContainers: [{ name: 'wait', command: ['sh', '-c', 'until nc -z db 5432; do sleep 1; done'] }],
      containers: [
        {
          name: 'app',
          env: [
            { name: 'AUTH', value: 'auth' },
            { name: 'PAY_HOST', value: 'pay' },
          ],
          command: ['/bin/sh', '-c'],
          args: [
            // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
            'curl http://${AUTH}:81/; curl http://${OTHER:-fallback}:82; curl http://$(PAY_HOST):83 http://$NO',
          ],
        },
      ],
    }
    expect(lines(dials(spec))).toEqual([
      'db:5432 <- Deployment spec.template.spec.initContainers[0].command[2] "db" + Deployment spec.template.spec.initContainers[0].command[2] "5432"',
      `pay:83 <- Deployment ${path}.env[1].value "pay" + Deployment ${path}.args[0] "83"`,
      `auth:81 <- Deployment ${path}.env[0].value "auth" + Deployment ${path}.args[0] "81"`,
      `fallback:82 <- Deployment ${path}.args[0] "fallback" + Deployment ${path}.args[0] "82"`,
    ])
  })

  it('reads the commands of probes and hooks, and not what they ask of the pod itself', () => {
    const exec = (...command: string[]): object => ({ exec: { command } })
    const spec = container({
      readinessProbe: exec('pg_isready', '-h', 'pg'),
      livenessProbe: exec('curl', 'http://localhost:8080/health'),
      startupProbe: { httpGet: { host: '10.9.9.9', port: 80 } },
      lifecycle: {
        postStart: exec('sh', '-c', 'curl http://registry:8500/register'),
        preStop: exec('nc', 'drain', '81'),
      },
    })
    expect(lines(dials(spec))).toEqual([
      `pg:5432 <- Deployment ${path}.readinessProbe.exec.command[2] "pg"`,
      `registry:8500 <- Deployment ${path}.lifecycle.postStart.exec.command[2] "registry:8500"`,
      `drain:81 <- Deployment ${path}.lifecycle.preStop.exec.command[1] "drain" + Deployment ${path}.lifecycle.preStop.exec.command[2] "81"`,
    ])
  })

  it('reads hostAliases of names that are dialled nowhere else', () => {
    const spec = {
      hostAliases: [
        { ip: '10.244.1.15', hostnames: ['Postgres', 'db'] },
        { ip: '10.244.1.16', hostnames: ['hidden'] },
        { ip: '127.0.0.1', hostnames: ['me'] },
      ],
      ...env(['DB_HOST', 'db']),
    }
    expect(lines(dials(spec))).toEqual([
      `db: <- Deployment ${path}.env[0].value "db"`,
      '10.244.1.16: <- Deployment spec.template.spec.hostAliases[1].ip "10.244.1.16"',
    ])
  })

  it('reads annotations that give an address to a sidecar', () => {
    const template = {
      metadata: {
        annotations: {
          'vault.hashicorp.com/service': 'http://vault.vault:8200',
          'example.com/documentation': 'http://wiki:80',
        },
      },
      spec: env(),
    }
    const object = { ...deployment({}), spec: { template } }
    const inventory = inventoryOf([object], [])
    const workloads = new Workloads(inventory)
    const found = workloads
      .in('shop')
      .items.flatMap((workload) => new References(inventory, workloads).of(workload).items)
    expect(lines(found)).toEqual([
      'vault.vault:8200 <- Deployment spec.template.metadata.annotations["vault.hashicorp.com/service"] "vault.vault:8200"',
    ])
  })

  it('knows the variables that the kubelet sets for Services', () => {
    const service = (spec: object): object => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'my-db', namespace: 'shop' },
      spec,
    })
    const spec = {
      containers: [
        {
          name: 'app',
          env: [
            { name: 'A', value: 'http://$(MY_DB_SERVICE_HOST):$(MY_DB_SERVICE_PORT)/' },
            { name: 'B', value: 'http://$(OTHER_SERVICE_HOST):80/' },
          ],
          command: ['sh', '-c', 'nc -z $MY_DB_PORT_5432_TCP_ADDR 5432'],
        },
      ],
    }
    const db = service({ clusterIP: '10.96.0.7', ports: [{ port: 5432 }] })
    const [variable, script, ...more] = dials(spec, [db])
    expect([variable, script].map((dial) => `${dial?.host}:${dial?.port}`)).toEqual([
      '10.96.0.7:5432',
      '10.96.0.7:5432',
    ])
    expect(variable && isLiteral(variable)).toBe(false)
    expect(more).toEqual([])
    expect(dials({ ...spec, enableServiceLinks: false }, [db])).toEqual([])
    expect(dials(spec, [service({ clusterIP: 'None', ports: [{ port: 5432 }] })])).toEqual([])
  })

  it('takes an empty value for an empty text, and a label for what it is', () => {
    const spec = container({
      env: [
        { name: 'SUFFIX', value: '' },
        { name: 'A', value: 'http://auth$(SUFFIX):81/' },
        { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
        { name: 'B', value: 'http://$(APP)-db.prod:82/' },
      ],
    })
    expect(dials(spec).map(({ host, port }) => `${host}:${port}`)).toEqual(['auth:81', 'web-db.prod:82'])
  })

  it('puts together names that a script makes of its namespace and of its own variables', () => {
    const namespace = '$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace)'
    const spec = {
      initContainers: [
        {
          name: 'a',
          command: ['sh', '-c', `until nslookup db.${namespace}.svc.cluster.local; do sleep 2; done`],
        },
        { name: 'b', command: ['sh', '-c', 'H=pg; PORT=5432; until nc -z $H $PORT; do sleep 1; done'] },
        { name: 'c', command: ['sh', '-c', 'H=one; H=two; nc -z $H 1234'] },
      ],
      containers: [],
    }
    expect(lines(dials(spec))).toEqual([
      `db.shop.svc.cluster.local: <- Deployment spec.template.spec.initContainers[0].command[2] "db.${namespace}.svc.cluster.local"`,
      'pg:5432 <- Deployment spec.template.spec.initContainers[1].command[2] "pg" + Deployment spec.template.spec.initContainers[1].command[2] "5432"',
    ])
  })

  it('knows the line of an address in a file', () => {
    const spec = {
      containers: [{ name: 'app', volumeMounts: [{ name: 'v', mountPath: '/etc/app' }] }],
      volumes: [{ name: 'v', configMap: { name: 'files' } }],
    }
    const [dial] = dials(spec, [
      configMap('files', { 'app.yaml': 'a: 1\nb: 2\ndb:\n  host: pg\n  port: 5432\n' }),
    ])
    expect(dial && lineOf(dial.source)).toBe(4)
    expect(dial?.portSource && lineOf(dial.portSource)).toBe(5)
  })

  it('leaves out features that are switched off, and the pod itself', () => {
    const spec = {
      hostname: 'web-0',
      containers: [
        {
          name: 'app',
          env: [
            { name: 'TRACING_ENABLED', value: 'false' },
            { name: 'TRACING_URL', value: 'http://jaeger:14268' },
            { name: 'ENABLE_MAIL', value: '0' },
            { name: 'MAIL_HOST', value: 'smtp' },
            { name: 'OTEL_SDK_DISABLED', value: 'true' },
            { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://otel:4317' },
            { name: 'AUTH_ENABLED', value: 'true' },
            { name: 'AUTH_URL', value: 'http://auth' },
            { name: 'SELF', value: 'http://web-0:8080' },
            { name: 'OWN', value: 'http://web.shop.svc' },
          ],
        },
      ],
    }
    expect(lines(dials(spec))).toEqual([`auth:80 <- Deployment ${path}.env[7].value "auth"`])
  })

  it('says which ConfigMaps could not be read', () => {
    const gap: Gap = { kind: 'ConfigMap', namespace: 'shop', why: 'forbidden' }
    const spec = container({
      env: [{ name: 'A_URL', value: 'http://a1' }],
      envFrom: [{ configMapRef: { name: 'settings' } }],
    })
    const result = read(spec, [], [gap])
    expect(lines(result.items)).toEqual([`a1:80 <- Deployment ${path}.env[0].value "a1"`])
    expect(result.gaps).toEqual([gap])
    expect(read(env(['A_URL', 'http://a1']), [], [gap]).gaps).toEqual([])
  })

  it('reads a changed template anew', () => {
    const inventory = inventoryOf([deployment(env(['A_URL', 'http://old']))], [])
    const of = (world: Inventory): readonly string[] => {
      const workloads = new Workloads(world)
      return workloads
        .in('shop')
        .items.flatMap((workload) =>
          new References(world, workloads).of(workload).items.map(({ host }) => host),
        )
    }
    const changed = parseObject(deployment(env(['A_URL', 'http://new'])))
    expect(of(inventory)).toEqual(['old'])
    expect(of(inventory.with({ put: changed === undefined ? [] : [changed], remove: [] }, []))).toEqual([
      'new',
    ])
  })
})
