import fc from 'fast-check'
import { manifestCoverage } from '../../src/snapshot/files/coverage.ts'
import { parseObject } from '../../src/snapshot/kinds/kinds.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'

/** A password that is planted wherever one can stand, in spellings that scanners stumble over. */
export const canary = 'CANARYq7'

const secret = fc.constantFrom(
  canary,
  `${canary}!2%`,
  `a+${canary}/b==`,
  `${canary}.${canary}`,
  `${canary}-x`,
  `p@${canary}`,
  `p:${canary}`,
  `$${canary}`,
)
const host = fc.constantFrom(
  'auth',
  'db.prod',
  'pay-1.prod.svc.cluster.local',
  '10.1.2.3',
  'redis',
  '[fd00::5]',
)
const port = fc.constantFrom('80', '5432', '6379', '9999', '443')
const scheme = fc.constantFrom(
  'http',
  'https',
  'postgres',
  'redis',
  'tcp',
  'grpc',
  'jdbc:postgresql',
  'x-own',
  'git+ssh',
  'udp',
)
const key = fc.constantFrom(
  'host',
  'DB_HOST',
  'url',
  'redis.host',
  'port',
  'db-port',
  'password',
  'listen',
  'servers',
  'fooBar',
  'name',
)

/** %H and %O a host, %P a port, %S a password, %C a scheme, %K a key. */
const filled = (template: string): fc.Arbitrary<string> =>
  fc
    .record({ H: host, P: port, S: secret, C: scheme, K: key, O: host })
    .map((parts) => template.replace(/%([HPSCKO])/g, (_, name: keyof typeof parts) => parts[name]))

/** Pieces of which values, scripts and files are made; text that is no setting among them. */
const piece = fc
  .constantFrom(
    '%C://%H:%P',
    '%C://u:%S@%H:%P/x?password=%S',
    '%C://%H/%S',
    '%C://%H:%P,%O:%P/%S',
    '%H:%P',
    '%H',
    'u:%S@%H:%P',
    '%S',
    '%P',
    '%K=%H',
    '%K: %H',
    '%K: %P',
    '%K="%S"',
    '"%K": "%H:%P", "%K": %P',
    '$(DB_HOST):$(DB_PORT)',
    '%C://$(DB_HOST)/%S',
    '$(NAME).prod:%P',
    `${'${'}DB_HOST:-%H}`,
    '--%K=%H:%P',
    '-h %H -p %P',
    'psql -h%H',
    'curl -s -u a:%S http://%H:%P/%S',
    'nc -z %H %P',
    'nc -zu $DB_HOST %P',
    'psql -h %H -p %P -U %S',
    'until nc -z %H %P; do sleep 1; done',
    'echo %S http://%H',
    'upstream %H { server %O:%P; }',
    'proxy_pass http://%H;',
    'proxy_set_header Authorization "Bearer %S";',
    '# %S http://%H',
    '[%K]',
    '- %H:%P',
    '  %K: %H',
    '%K:',
    '<%K>%H</%K>',
    '/dev/tcp/%H/%P',
    '10.0.0.0/8',
    'repo/%S:1.2',
    '{',
    '}',
    '"',
    "'",
    ';',
    ',',
    '|',
    '$',
    '\\',
    '`',
    '(',
    ')',
  )
  .chain(filled)

const text = fc
  .array(fc.tuple(piece, fc.constantFrom(' ', '\n', ', ', '\n', ';', '\n  ', '; ')), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) =>
    parts
      .map(([words, gap]) => words + gap)
      .join('')
      .slice(0, 400),
  )

const variable = fc.constantFrom(
  'AUTH_URL',
  'PASSWORD',
  'BROKERS',
  'REDIS_ADDR',
  'TRACING_ENABLED',
  'TRACING_URL',
)
const file = fc.constantFrom(
  'app.yaml',
  'run.sh',
  'nginx.conf',
  'AUTH_URL',
  'host',
  'data.json',
  'a.properties',
)
const short = fc.oneof(piece, text, fc.constantFrom('false', 'true', '0', 'db', '5432', 'http', ''))

interface Texts {
  readonly env: readonly (readonly [string, string])[]
  readonly args: readonly string[]
  readonly files: readonly (readonly [string, string])[]
  readonly plain: string
}

const texts: fc.Arbitrary<Texts> = fc.record({
  env: fc.array(
    fc.oneof(
      fc.tuple(variable, short),
      // Parts of addresses are put together from these; a script in them would be nobody's idea.
      fc.tuple(fc.constantFrom('DB_HOST', 'NAME'), fc.oneof(host, fc.constantFrom('db', '', canary))),
      fc.tuple(fc.constant('DB_PORT'), port),
    ),
    { maxLength: 5 },
  ),
  args: fc.oneof(
    fc.array(short, { maxLength: 4 }),
    text.map((script) => ['sh', '-c', script]),
  ),
  files: fc.array(fc.tuple(file, text), { maxLength: 2 }),
  plain: text,
})

/** A Deployment with its pod and its ConfigMap, full of addresses and passwords. */
export const cluster: fc.Arbitrary<Snapshot> = texts.map(({ env, args, files, plain }) => {
  const container = {
    name: 'app',
    command: args.slice(0, 1).map((word) => (word === 'sh' ? word : 'app')),
    args,
    env: env.map(([name, value]) => ({ name, value })),
    envFrom: [{ configMapRef: { name: 'settings' } }],
    volumeMounts: [{ name: 'settings', mountPath: '/etc/app' }],
  }
  const spec = { containers: [container], volumes: [{ name: 'settings', configMap: { name: 'settings' } }] }
  const labels = { app: 'app' }
  return snapshotOf([
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'prod' },
      data: Object.fromEntries(files),
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'app',
        namespace: 'prod',
        annotations: { url: `https://u:${canary}@h/${plain.length}`, 'x.io/api-token': canary },
      },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'prod' },
      message: `Get "http://u:${canary}@auth/": refused, token=${canary}, Authorization: Bearer ${canary}`,
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'auth', namespace: 'prod' },
      spec: { selector: labels, ports: [{ port: 80 }] },
    },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prod' } },
  ])
})

export function snapshotOf(objects: readonly unknown[]): Snapshot {
  return {
    takenAt: '2026-01-01T00:00:00Z',
    server: { source: 'test' },
    objects: objects.flatMap((object) => parseObject(object) ?? []),
    coverage: manifestCoverage(true),
    observations: [],
  }
}
