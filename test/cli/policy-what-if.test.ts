import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recording, run, widestLine } from './run.ts'

let folder: string
const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdoctor-what-if-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const incident = ['policy', '-f', recording('incident'), '-n', 'velocitytech-prod']
const unwrapped = (text: string): string => text.replaceAll(/\n +/g, ' ').replaceAll(/ {2,}/g, ' ')

const denyAll = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny-all}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
`

const world = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: ops, labels: {team: ops}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: main}]}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
spec: {containers: [{name: main}]}
---
apiVersion: v1
kind: Pod
metadata: {name: scraper, namespace: ops, labels: {app: scraper}}
spec: {containers: [{name: main}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 8080}]
`
const asked = (words: readonly string[], objects = world) =>
  run(['policy', '-f', file('world.yaml', objects), '--complete', ...words])

describe('policy --what-if', () => {
  it('tells the loss of DNS, first isolations, the rules on both sides, and exits with 1', async () => {
    const { stdout, code } = await run([...incident, '--what-if', file('deny.yaml', denyAll)])
    const text = unwrapped(stdout)
    expect(text).toMatch(
      /^✗ \d+ pairs newly denied, \d+ unchanged with velocitytech-prod\/netpol\/default-deny-all\n/,
    )
    // The namespace that was asked about needs no mention, and what is alike is said once.
    const who = 'deploy/auth-service, deploy/network-debug-toolkit, deploy/payment-service-canary'
    expect(text).toContain(`3 workloads can no longer ask the DNS pods: ${who}\n`)
    expect(text).toContain(`now isolated for egress, so that each loses 2 destinations: ${who}\n`)
    expect(text).toContain('before egress allowed: no policy isolates')
    expect(text).toContain('after egress denied: isolated by netpol/default-deny-all, no rule matches')
    expect(text).toContain('no namespace in the file, taken for namespace velocitytech-prod as kubectl would')
    expect(text).toContain('connections that are open now may go on or end')
    expect(widestLine(stdout).length).toBeLessThanOrEqual(80)
    expect(code).toBe(1)
  })

  it('compares with the policy that has the name, and gives lines of both files', async () => {
    const wider = world.split('---').at(-1)?.replace('ports: [{port: 8080}]', 'ports: [{port: 8081}]') ?? ''
    const { stdout, code } = await asked(['--what-if', file('wider.yaml', wider), '-o', 'json'])
    const result = JSON.parse(stdout)
    expect(result.edits.put).toEqual([{ ref: expect.objectContaining({ name: 'api' }), isNew: false }])
    expect(result.pairs).toMatchObject({ denied: 1, allowed: 1, unknown: 0 })
    expect(result.changes).toMatchObject([
      { effect: 'denied', side: 'ingress', ports: [{ protocol: 'TCP', from: 8080, to: 8080 }] },
      {
        effect: 'allowed',
        ports: [{ protocol: 'TCP', from: 8081, to: 8081 }],
        after: {
          outcome: 'passes',
          decidedBy: [
            { direction: 'egress' },
            { rules: [{ path: 'spec.ingress[0]', at: expect.stringMatching(/wider\.yaml:\d+:\d+$/) }] },
          ],
        },
      },
    ])
    expect(code).toBe(1)
  })

  it('names and locates what the API server would refuse of it', async () => {
    const bad = denyAll.replace('podSelector: {}', 'podSelector: {}, ingress: [{ports: [{port: 70000}]}]')
    const path = file('bad.yaml', bad)
    const [table, json] = await Promise.all([
      run([...incident, '--what-if', path]),
      run([...incident, '--what-if', path, '-o', 'json']),
    ])
    expect(unwrapped(table.stdout)).toContain(
      `! the API server would refuse it: netpol/default-deny-all spec.ingress[0].ports[0].port "70000" must be between 1 and 65535 (${path}:5:`,
    )
    expect(JSON.parse(json.stdout).refused).toMatchObject([
      { ref: { name: 'default-deny-all' }, field: 'spec.ingress[0].ports[0].port', value: '70000' },
    ])
  })

  it('says in one line that a policy written in another way changes nothing', async () => {
    const same = world
      .split('---')
      .at(-1)
      ?.replace('matchLabels: {app: web}', 'matchExpressions: [{key: app, operator: In, values: [web]}]')
    const { stdout, code } = await asked(['--what-if', file('same.yaml', same ?? '')])
    expect(stdout).toMatch(
      /^✓ no verdict changes: \d+ pairs compared on every port\n {2}with shop\/netpol\/api in place of what is there\n$/,
    )
    expect(code).toBe(0)
  })

  it('takes other objects too: a label of a namespace opens what a policy asks for', async () => {
    const byTeam = world.replace(
      '{podSelector: {matchLabels: {app: web}}}',
      '{namespaceSelector: {matchLabels: {team: shop}}}',
    )
    const labelled = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: ops, labels: {team: shop}}'
    const { stdout, code } = await asked(['--what-if', file('label.yaml', labelled)], byTeam)
    expect(unwrapped(stdout)).toContain('+ shop/pod/api is newly reached by 1 source')
    expect(stdout).toContain('ports   TCP 8080')
    expect(code).toBe(0)
  })

  it.each(['wide', 'yaml', 'markdown'])('prints %s, with the same exit code', async (format) => {
    const { stdout, code } = await run([...incident, '--what-if', file('deny.yaml', denyAll), '-o', format])
    expect(stdout).toContain('default-deny-all')
    expect(code).toBe(1)
  })

  it.each([
    ['a broken file', 'kind: [', /nothing is compared: .*broken\.yaml:\d+:\d+: document 1 is not valid YAML/],
    ['no object', 'a: 1', /no Kubernetes object that netdoctor reads is in/],
  ])('refuses %s', async (_, content, message) => {
    const { stdout, stderr, code } = await asked(['--what-if', file('broken.yaml', content)])
    expect(stderr).toMatch(message)
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  })
})

describe('policy --without', () => {
  it('tells once what is the same for many, whatever else isolates them', async () => {
    const { stdout } = await run([
      ...['policy', '-f', 'fixtures/scenarios/fenced-namespace.json.gz', '-n', 'travel-live-cjp'],
      ...['--without', 'allow-dns'],
    ])
    const text = unwrapped(stdout)
    expect(text.match(/^✗ /gm)).toHaveLength(2)
    expect(text).toContain('✗ 15 workloads no longer reach 1 destination 50 pairs from deploy/boarding, ')
    expect(text).toContain('before egress allowed by netpol/allow-dns egress[0] after')
    expect(text).toContain(
      'isolated by netpol/default-deny-all, no rule matches (and 12 other policies, each some of them)',
    )
  })

  it('leaves out the rules of the other side, which do not change', async () => {
    const { stdout } = await run([...incident, '--without', 'allow-auth-service-access'])
    expect(unwrapped(stdout)).toContain(
      '✗ deploy/auth-service is no longer reached by 3 sources 12 pairs from deploy/order-service, deploy/payment-service, pod/test-payment ports TCP 80 before ingress allowed by netpol/allow-auth-service-access ingress[0] after',
    )
  })

  it('tells who would get in', async () => {
    const { stdout, code } = await asked(['--without', 'api', '-n', 'shop'])
    const text = unwrapped(stdout)
    expect(text).toContain('! 3 pairs newly allowed')
    expect(text).toContain('without shop/netpol/api')
    expect(text).toContain('+ pod/api is newly reached by 2 sources')
    expect(text).toContain('from ops/pod/scraper, any address outside')
    expect(code).toBe(0)
  })

  it('is repeatable, and takes [NAMESPACE/]TYPE/NAME', async () => {
    const { stdout } = await run([
      ...incident,
      '--without',
      'netpol/allow-order-service-egress',
      '--without',
      'default-deny-ingress',
    ])
    expect(unwrapped(stdout)).toContain(
      'without velocitytech-prod/netpol/allow-order-service-egress, velocitytech-prod/netpol/default-deny-ingress',
    )
  })

  it('takes cluster-wide policies', async () => {
    const guard = `---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: guard}\nspec:\n  tier: Admin\n  priority: 1\n  subject: {namespaces: {}}\n  ingress: [{action: Deny, from: [{namespaces: {matchLabels: {team: ops}}}]}]\n`
    const { stdout } = await asked(['--without', 'cnp/guard'], `${world}${guard}`)
    expect(unwrapped(stdout)).toContain('+ shop/pod/web is newly reached by 1 source')
    expect(unwrapped(stdout)).toContain('before ingress denied by cnp/guard ingress[0]')
  })

  it.each([
    [
      'a policy that is not there',
      ['--without', 'apy', '-n', 'shop'],
      'there is no such policy in namespace "shop": did you mean shop/api?',
    ],
    ['what is no policy', ['--without', 'svc/api', '-n', 'shop'], 'a Service is no policy'],
  ])('refuses %s', async (_, words, message) => {
    const { stderr, code } = await asked(words)
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })
})
