import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Libc } from '../../src/network/dns/candidates.ts'
import { lookUp, type Step } from '../../src/network/dns/lookup.ts'
import { Network } from '../../src/network/network.ts'
import { loadFiles } from '../../src/snapshot/files/load.ts'
import { readSources } from '../../src/snapshot/files/sources.ts'
import { runNetdoctor } from './kit/netdoctor.ts'
import { client, type KubernetesObject, server, service } from './kit/objects.ts'
import { openStage, type Stage } from './kit/stage.ts'

/** What the programs of the clients' image resolve names with. */
const libc: Libc = 'glibc'

const externalName = (name: string, target: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { type: 'ExternalName', externalName: target },
})

function statefulSet(name: string, serviceName: string): KubernetesObject {
  const { spec, ...rest } = server({ name })
  return { ...rest, kind: 'StatefulSet', spec: { ...Object(spec), serviceName } }
}

function world(namespace: string): readonly KubernetesObject[] {
  const ports = [{ name: 'http', port: 80, targetPort: 'http' }]
  return [
    server({ name: 'web' }),
    service('web', { app: 'web' }),
    statefulSet('db', 'db'),
    service('db', { app: 'db' }, { clusterIP: 'None', ports }),
    statefulSet('mq', 'mq'),
    // Not headless, and yet the governing Service of its pods.
    service('mq', { app: 'mq' }),
    service('idle', { app: 'nobody' }, { clusterIP: 'None', ports }),
    service('empty', { app: 'nobody' }),
    externalName('alias', `web.${namespace}.svc.cluster.local`),
    externalName('dead', `gone.${namespace}.svc.cluster.local`),
    externalName('address', '192.0.2.7'),
    externalName('round', `round.${namespace}.svc.cluster.local`),
  ]
}

/** Eight ways to set up a pod's resolver. */
function clients(namespace: string, dns: string): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const own = `${namespace}.svc.cluster.local`
  return new Map(
    Object.entries({
      usual: {},
      default: { dnsPolicy: 'Default' },
      host: { hostNetwork: true },
      'host-net': { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
      none: {
        dnsPolicy: 'None',
        dnsConfig: {
          nameservers: [dns],
          searches: [own, 'svc.cluster.local'],
          options: [{ name: 'ndots', value: '5' }],
        },
      },
      'none-bare': { dnsPolicy: 'None', dnsConfig: { nameservers: [dns] } },
      ndots: {
        dnsConfig: { searches: ['kube-system.svc.cluster.local'], options: [{ name: 'ndots', value: '1' }] },
      },
      aliases: { hostAliases: [{ ip: '127.0.0.9', hostnames: ['web', 'elsewhere.test'] }] },
    }),
  )
}

const namesIn = (namespace: string): readonly string[] => [
  ...[
    'web',
    'WEB',
    'db',
    'db-0.db',
    'db-7.db',
    'mq-0.mq',
    'idle',
    'empty',
    'alias',
    'dead',
    'address',
    'round',
    'gone',
  ],
  ...['kube-dns', 'kube-dns.kube-system', 'kubernetes.default', 'elsewhere.test'],
  ...[
    `web.${namespace}`,
    `web.${namespace}.svc`,
    `web.${namespace}.svc.cluster.local`,
    `web.${namespace}.svc.cluster.local.`,
  ],
  `gone.${namespace}.svc.cluster.local.`,
  `web.no-such-namespace.svc.cluster.local.`,
]

async function snapshotOf({ cluster }: Stage): Promise<Network> {
  const file = join(mkdtempSync(join(tmpdir(), 'netdoctor-')), 'snapshot.json.gz')
  const { exitCode, stderr } = await runNetdoctor(cluster.kubectl, ['snapshot', '-o', file])
  if (exitCode !== 0) throw new Error(stderr)
  return Network.of(
    loadFiles(readSources([file]), { isComplete: false, defaultNamespace: 'default' }).snapshot,
  )
}

/**
 * One line for each name: `NAME|how it ended|addresses`. The image has no getent; curl asks the same function of the C library
 * (getaddrinfo), and says what it was told.
 */
const getaddrinfo = (names: readonly string[]): readonly string[] => [
  'sh',
  '-c',
  'for name in "$@"; do echo "$name||$(curl -sv --connect-timeout 1 --max-time 2 "http://$name:1/" 2>&1 | sed -n "s/^\\* *Trying \\([0-9.]*\\):1\\.\\.\\..*/\\1/p" | sort -u | tr "\\n" " ")"; done',
  'sh',
  ...names,
]

const dig = (names: readonly string[]): readonly string[] => [
  'sh',
  '-c',
  'for name in "$@"; do echo "$name|$(dig +time=3 +tries=1 "$name" A | sed -n "s/.*status: \\([A-Z]*\\),.*/\\1/p")|$(dig +time=3 +tries=1 +short "$name" A | grep -E "^[0-9.]+$" | sort -u | tr "\\n" " ")"; done',
  'sh',
  ...names,
]

function rowsOf(text: string): ReadonlyMap<string, readonly [string, readonly string[]]> {
  return new Map(
    text
      .trim()
      .split('\n')
      .map((line) => {
        const [name = '', code = '', list = ''] = line.split('|')
        return [name, [code, list.split(' ').filter((address) => address !== '')]] as const
      }),
  )
}

const sorted = (addresses: readonly string[]): readonly string[] =>
  [...new Set(addresses.filter((address) => !address.includes(':')))].sort()

/** What dig would show of a step; `undefined` for what only the outside knows. */
function expected({ answer }: Step): readonly [string, readonly string[]] | undefined {
  switch (answer.is) {
    case 'found':
      return ['NOERROR', sorted(answer.addresses)]
    case 'nodata':
      return ['NOERROR', []]
    case 'nxdomain':
      return ['NXDOMAIN', []]
    case 'servfail':
      return ['SERVFAIL', []]
    case 'external':
    case 'unknown':
      return undefined
  }
}

test('a name becomes what a program and dig are told inside of pods, under eight settings of DNS', async () => {
  const stage = await openStage('dns-names')
  const { namespace } = stage
  const dns = await stage.kubectl(
    'get',
    'service',
    'kube-dns',
    '--namespace',
    'kube-system',
    '-o',
    'jsonpath={.spec.clusterIP}',
  )
  const settings = clients(namespace, dns)
  await stage.apply(...world(namespace), ...[...settings].map(([name, pod]) => client(name, {}, pod)))
  await stage.ready(
    'deployment/web',
    'statefulset/db',
    'statefulset/mq',
    ...[...settings.keys()].map((name) => `deployment/${name}`),
  )
  const names = namesIn(namespace)
  const network = await snapshotOf(stage)

  const seen: string[] = []
  const predicted: string[] = []
  const asked = new Map<string, readonly [string, readonly string[]]>()
  for (const name of settings.keys()) {
    const [workload] = network.workloads.get(namespace, `Deployment/${namespace}/${name}`).items
    if (workload === undefined) throw new Error(`no ${name}`)
    const { stdout } = await stage.exec(`deployment/${name}`, getaddrinfo(names))
    const real = rowsOf(stdout)
    for (const host of names) {
      const { outcome, steps, nameserver } = lookUp(host, workload, network, libc)
      if (nameserver?.kind === 'cluster')
        for (const step of steps) {
          const wanted = expected(step)
          if (wanted !== undefined && step.candidate.name !== undefined)
            asked.set(step.candidate.name, wanted)
        }
      const [, addresses] = real.get(host) ?? ['', []]
      if (outcome.is === 'external' || outcome.is === 'unknown') continue
      const isFound = outcome.is === 'found' || outcome.is === 'hosts'
      seen.push(`${name} ${host}: ${addresses.length > 0 ? `found ${sorted(addresses).join(' ')}` : 'none'}`)
      predicted.push(
        `${name} ${host}: ${isFound ? `found ${sorted(outcome.answer.addresses).join(' ')}` : 'none'}`,
      )
    }
  }
  expect(seen).toEqual(predicted)
  expect(seen.length).toBeGreaterThan(100)

  const { stdout } = await stage.exec('deployment/usual', dig([...asked.keys()]))
  expect(Object.fromEntries(rowsOf(stdout))).toEqual(Object.fromEntries(asked))
  expect(asked.size).toBeGreaterThan(20)
})
