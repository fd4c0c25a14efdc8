import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { makeCertificates } from '../apiserver/certificates.ts'
import type { ApiObject } from '../apiserver/collections.ts'
import { discovery, namespaces, version } from '../apiserver/handlers.ts'
import { base64, temporaryFolder, writeKubeconfig } from '../apiserver/kubeconfig-files.ts'
import { dated } from '../apiserver/recorded-cluster.ts'
import { startServer } from '../apiserver/session.ts'
import { Store } from '../apiserver/store.ts'
import { ended, root, run, start } from './run.ts'

const certificates = makeCertificates()
const old = '2026-11-01T00:00:00Z'

function service(app: string): ApiObject {
  return {
    kind: 'Service',
    metadata: { name: 'auth', namespace: 'shop', creationTimestamp: old },
    spec: { selector: { app }, clusterIP: '10.96.0.7', ports: [{ port: 80, targetPort: 8080 }] },
  }
}

function slice(addresses: readonly string[]): ApiObject {
  return {
    kind: 'EndpointSlice',
    metadata: {
      name: 'auth-1',
      namespace: 'shop',
      creationTimestamp: old,
      labels: {
        'kubernetes.io/service-name': 'auth',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'auth', controller: true }],
    },
    addressType: 'IPv4',
    ports: [{ port: 8080, protocol: 'TCP', name: '' }],
    endpoints: addresses.map((address) => ({
      addresses: [address],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef: { kind: 'Pod', namespace: 'shop', name: 'auth-1' },
    })),
  }
}

const pod: ApiObject = {
  kind: 'Pod',
  metadata: { name: 'auth-1', namespace: 'shop', creationTimestamp: old, labels: { app: 'auth' } },
  spec: { containers: [{ name: 'main', ports: [{ containerPort: 8080 }] }] },
  status: {
    phase: 'Running',
    podIP: '10.244.1.5',
    podIPs: [{ ip: '10.244.1.5' }],
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: old }],
  },
}

/** Waits until the program has written something. */
async function written(child: ChildProcess, wanted: RegExp): Promise<string> {
  let text = ''
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk: string) => {
      text += chunk
      if (wanted.test(text)) resolve(text)
    })
  })
}

interface Watchable {
  readonly kubeconfig: string
  /** Mends the Service: its selector finds the pod. */
  mend(): void
}

/** A cluster with a Service whose selector is misspelt. */
async function brokenCluster(): Promise<Watchable> {
  const store = new Store([
    service('atuh'),
    slice([]),
    pod,
    { kind: 'Namespace', metadata: { name: 'shop' } },
  ])
  const handlers = [discovery(), version('v1.36.3'), store.handler, namespaces(['shop'])].map(dated)
  const server = await startServer(certificates, handlers, 'h2')
  const kubeconfig = writeKubeconfig(join(temporaryFolder(), 'config'), {
    currentContext: 'test',
    contexts: { test: 'here/jane/shop' },
    clusters: { here: { server: server.url, 'certificate-authority-data': base64(certificates.ca) } },
    users: { jane: {} },
  })
  return {
    kubeconfig,
    mend: () => {
      store.change('MODIFIED', service('auth'))
      store.change('MODIFIED', slice(['10.244.1.5']))
    },
  }
}

it('svc --watch answers again when a Service is mended, says when and what, and Ctrl-C ends it with 130', async () => {
  const { kubeconfig, mend } = await brokenCluster()
  const child = start(['svc', 'auth', '--watch', '--kubeconfig', kubeconfig], { env: { NO_PROXY: '*' } })
  const finished = ended(child)
  await written(child, /callers looked for|no caller found/)
  mend()
  const changed = await written(child, /1 of 1 endpoint ready/)
  expect(changed).toMatch(/^\d\d:\d\d:\d\dZ {2}gone error: .*auth/m)
  child.kill('SIGINT')
  const { code, stdout, stderr } = await finished
  expect(code).toBe(130)
  expect(stderr).toBe('')
  // The answer before, and the one after.
  expect(stdout.match(/^. auth\.shop/gm)).toHaveLength(2)
  expect(stdout).not.toContain('\u001b')
})

/** `script` gives a program a pseudo-terminal: one without a size, when its own input is none. */
const hasScript =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true

it.skipIf(!hasScript)(
  'svc --watch redraws a terminal: each answer alone, and under it when and what changed',
  async () => {
    const { kubeconfig, mend } = await brokenCluster()
    const words = [
      process.execPath,
      'bin/kubectl-netdoctor',
      'svc',
      'auth',
      '--watch',
      '--kubeconfig',
      kubeconfig,
    ]
    const child = spawn('script', ['--quiet', '--return', '--command', words.join(' '), '/dev/null'], {
      cwd: root,
      env: { ...process.env, NO_PROXY: '*', TERM: 'xterm', KUBECONFIG: '/nonexistent' },
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    const closed = new Promise((resolve) => child.once('close', resolve))
    await written(child, /callers looked for|no caller found/)
    mend()
    await written(child, /gone error: /)
    // Ctrl-C, as the terminal sends it.
    child.stdin.write('\u0003')
    expect(await closed).toBe(130)
    const screens = output.split('\u001b[H\u001b[2J\u001b[3J')
    expect(screens).toHaveLength(3)
    const [, first = '', second = ''] = screens.map((text) => stripVTControlCharacters(text))
    expect(first).toMatch(/auth\.shop/)
    expect(first).not.toContain('1 of 1 endpoint ready')
    expect(second).toMatch(/auth\.shop/)
    expect(second).toContain('1 of 1 endpoint ready')
    // The last line says what changed.
    expect(second.replace('^C', '').trimEnd().split(/\r?\n/).at(-1)).toMatch(
      /^\d\d:\d\d:\d\dZ {2}gone error: .*auth/,
    )
  },
)

it.each([
  ['-f', ['-f', 'fixtures/velocitytech/incident.json.gz'], /leave out -f/],
  ['-o json', ['-o', 'json'], /--watch has table and wide/],
])('svc --watch with %s is refused', async (_, words, message) => {
  const { code, stderr } = await run(['svc', 'auth-service', '--watch', ...words])
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
})
