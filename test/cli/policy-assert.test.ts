import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './run.ts'

let folder: string
const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const world = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: main}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: main, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: api}, ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 8080}]
`
const right = `
- {from: shop/web, to: shop/deploy/api, port: 8080, protocol: TCP, expect: allow}
- {from: shop/web, to: 'svc:shop/api', port: 80, expect: allow}
- {from: shop/web, to: 'svc:shop/api', port: http, expect: allow}
- {from: shop/web, to: shop/api-0, port: 80, expect: deny}
- {from: 'ip:203.0.113.9', to: shop/deploy/api, port: 8080, expect: deny}
`
const wrong = right.replace('port: 80, expect: deny', 'port: 80, expect: allow')

let resources: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdoctor-assert-'))
  resources = file('world.yaml', world)
})
afterAll(() => rmSync(folder, { recursive: true }))

const check = (checks: string, ...words: readonly string[]) =>
  run(['policy', '--assert', checks, '-f', resources, ...words])

describe('policy --assert', () => {
  it.each([
    ['recipes', 66, 18],
    ['cnp-conformance', 301, 96],
    ['policy-assistant', 3_270, 21],
    ['cyclonus', 248_832, 192],
  ])('gives every answer of the suite %s', { timeout: 60_000 }, async (name, answers, documents) => {
    const { stdout, stderr, code } = await run(['policy', '--assert', `fixtures/oracles/${name}.jsonl`])
    expect({ stdout, stderr, code }).toEqual({
      stdout: `✓ all ${answers} expected verdicts are right in ${documents} documents\n`,
      stderr: '',
      code: 0,
    })
  })

  it('takes a list of checks: pods, workloads, Services by port or name, addresses outside', async () => {
    const { stdout, stderr, code } = await check(file('right.yaml', right))
    expect({ stdout, stderr, code }).toEqual({
      stdout: '✓ all 5 expected verdicts are right\n',
      stderr: '',
      code: 0,
    })
  })

  it('takes places as they are written everywhere else, with the port in them', async () => {
    const checks = `
- {from: web, to: svc/api:80, expect: allow}
- {from: pod/web, to: shop/svc/api:http, expect: allow}
- {from: shop/pods/web, to: 'deploy/api:8080/TCP', expect: allow}
- {from: shop/deploy/api, to: deploy/api:http, expect: deny}
- {from: shop/svc/api, to: web:81/udp, expect: allow}
- {from: world, to: shop/svc/api:80, expect: deny}
- {from: web, to: world:443, expect: allow}
- {from: web, to: 203.0.113.9:443, expect: allow}
- {from: '2001:db8::1', to: 'svc:shop/api:80', expect: deny}
- {from: web, to: '[2001:db8::1]:443', expect: allow}
- {from: 203.0.113.9, to: deploy/api, port: http, protocol: TCP, expect: deny}
`
    const { stdout, stderr, code } = await check(file('places.yaml', checks))
    expect({ stdout, stderr, code }).toEqual({
      stdout: '✓ all 11 expected verdicts are right\n',
      stderr: '',
      code: 0,
    })
  })

  it('takes the namespace of -n for places that name none', async () => {
    const checks = file('here.yaml', '- {from: web, to: svc/api:80, expect: allow}')
    const [here, elsewhere] = await Promise.all([check(checks, '-n', 'shop'), check(checks, '-n', 'ops')])
    expect(here.code).toBe(0)
    expect(elsewhere.stderr).toContain('no namespace "ops" with pods')
    expect(elsewhere.code).toBe(2)
  })

  it('names a wrong answer in one line: where, who, which port, expected, got and why', async () => {
    const checks = file('wrong.yaml', wrong)
    const { stdout, code } = await check(checks)
    expect(stdout).toBe(
      `✗ 1 of 5 expected verdicts is wrong\n  ${checks}:5:3: shop/web -> shop/api-0 TCP/80: expected allow, got deny; ` +
        'ingress denied: isolated by shop/netpol/closed, no rule matches\n',
    )
    expect(code).toBe(1)
  })

  it('names the rule that admits what should be denied, with its line', async () => {
    const checks = file('denied.yaml', '- {from: shop/web, to: shop/api-0, port: 8080, expect: deny}')
    const { stdout, code } = await check(checks)
    expect(stdout).toContain(`ingress allowed by shop/netpol/closed ingress[0] (${resources}:32:5)`)
    expect(code).toBe(1)
  })

  it('says how many of several flows are wrong', async () => {
    const checks = file('several.yaml', '- {from: shop/web, to: shop/deploy/api, port: 81, expect: allow}')
    expect((await check(checks)).stdout).toContain('expected allow, got deny (2 of 2 flows)')
  })

  it('prints JUnit with every check, and JSON with the wrong ones; neither changes the exit code', async () => {
    const checks = file('wrong.yaml', wrong)
    const [junit, json] = await Promise.all([check(checks, '-o', 'junit'), check(checks, '-o', 'json')])
    expect([junit.code, json.code]).toEqual([1, 1])
    expect(junit.stdout).toContain(
      '<testsuites name="kubectl netdoctor policy --assert" tests="5" failures="1"',
    )
    expect(junit.stdout.match(/<testcase /g)).toHaveLength(5)
    expect(junit.stdout).toContain('<failure message="expected allow, got deny">')
    expect(JSON.parse(json.stdout)).toMatchObject({
      answers: { all: 5, wrong: 1 },
      wrong: [
        {
          from: 'shop/web',
          to: 'shop/api-0',
          port: 80,
          protocol: 'TCP',
          expected: 'allow',
          got: 'deny',
          decidedBy: [{ direction: 'ingress', isolatedBy: [{ kind: 'NetworkPolicy', name: 'closed' }] }],
        },
      ],
    })
  })

  it('takes documents with resources of their own, beside Kubernetes objects', async () => {
    const open = `resources:\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: closed, namespace: shop}\n  spec: {podSelector: {}, ingress: [{}]}\nchecks:\n- {from: shop/web, to: shop/api-0, port: 80, expect: allow}`
    const { stdout, code } = await run(['policy', '--assert', file('own.yaml', `${world}---\n${open}`)])
    expect(stdout).toBe('✓ the expected verdict is right\n')
    expect(code).toBe(0)
  })

  it('finds bases where it is told, else beside the file', async () => {
    const [line = ''] = readFileSync('fixtures/oracles/cyclonus.jsonl', 'utf8').split('\n')
    const checks = file('line.jsonl', line)
    const without = await run(['policy', '--assert', checks])
    expect(without.code).toBe(2)
    expect(without.stderr).toMatch(
      /there is no base "cyclonus-9pods" in any file: name the file of bases with --bases FILE/,
    )
    const told = await run(['policy', '--assert', checks, '--bases', 'fixtures/oracles/bases.json'])
    expect(told.code).toBe(0)
  })

  it('names and locates what is invalid among the policies, and goes on', async () => {
    const bad = file(
      'invalid.yaml',
      world.replace('ports: [{port: 8080}]', 'ports: [{port: 8080, endPort: 80}]'),
    )
    const checks = file('closed.yaml', '- {from: shop/web, to: shop/deploy/api:8080, expect: deny}')
    const { stdout, stderr, code } = await run(['policy', '--assert', checks, '-f', bad])
    expect(stderr).toMatch(
      /^warning: the API server would refuse it: netpol\/closed spec\.ingress\[0\]\.ports\[0\]\.endPort "80" .*\(.*invalid\.yaml:33:\d+\)\n$/,
    )
    expect([stdout, code]).toEqual(['✓ the expected verdict is right\n', 0])
  })

  it('takes policies that are missing for missing: the files are all there is', async () => {
    const checks = file('open.yaml', '- {from: shop/api-0, to: shop/web, port: 1, expect: allow}')
    expect((await check(checks)).code).toBe(0)
  })
})

describe('policy --assert refuses, names and locates, and does nothing else:', () => {
  const good = '- {from: shop/web, to: shop/api-0, port: 80, expect: allow}\n'
  it.each([
    [
      'a pod that is not there',
      '- {from: shop/wep, to: shop/api-0, port: 80, expect: allow}',
      '2:3: shop/wep: pod "wep" does not exist in namespace "shop": did you mean web?',
    ],
    [
      'a namespace that is not there',
      '- {from: shopp/web, to: shop/api-0, port: 80, expect: allow}',
      '2:3: shopp/web: no namespace "shopp" with pods is among the resources: did you mean shop?',
    ],
    [
      'a Service that is not there',
      '- {from: shop/web, to: "svc:shop/apy", port: 80, expect: allow}',
      '2:3: svc:shop/apy: Service "apy" does not exist in namespace "shop": did you mean api?',
    ],
    [
      'a port that the Service lacks',
      '- {from: shop/web, to: "svc:shop/api", port: 8080, expect: allow}',
      '2:3: svc/api in namespace "shop" offers no port 8080/TCP',
    ],
    [
      'another expectation',
      '- {from: shop/web, to: shop/api-0, port: 80, expect: maybe}',
      '2:54: expect "maybe" must be allow or deny',
    ],
    [
      'no expectation',
      '- {from: shop/web, to: shop/api-0, port: 80}',
      '2:3: expect absent must be allow or deny',
    ],
    [
      'a slip in a field',
      '- {from: shop/web, to: shop/api-0, port: 80, protcol: UDP, expect: deny}',
      '2:55: protcol is no field: protocol is',
    ],
    [
      'a port out of range',
      '- {from: shop/web, to: shop/api-0, port: 0, expect: deny}',
      '2:42: port 0 must be a number between 1 and 65535',
    ],
    [
      'another protocol',
      '- {from: shop/web, to: shop/api-0, port: 1, protocol: ICMP, expect: deny}',
      '2:55: protocol "ICMP" must be TCP, UDP or SCTP',
    ],
    [
      'a name that nothing has',
      '- {from: wep, to: shop/api-0, port: 1, expect: deny}',
      '2:3: wep: no namespace "default" with pods is among the resources',
    ],
    [
      'what is no address',
      '- {from: "ip:10.0.0", to: shop/api-0, port: 1, expect: deny}',
      '2:3: 10.0.0 is not an IP address',
    ],
    [
      'a type that nobody knows',
      '- {from: shop/foo/web, to: shop/web:1, expect: deny}',
      '2:3: "foo" is not a',
    ],
    [
      'a place of four parts',
      '- {from: a/b/c/d, to: shop/web:1, expect: deny}',
      '2:3: "a/b/c/d" is not of the',
    ],
    [
      'what has no traffic',
      '- {from: shop/cm/web, to: shop/web:1, expect: deny}',
      '2:3: shop/cm/web: a ConfigMap',
    ],
    [
      'a port at the source',
      '- {from: "shop/web:1", to: shop/web:1, expect: deny}',
      '2:10: from "shop/web:1": the port',
    ],
    [
      'two ports',
      '- {from: shop/web, to: "shop/svc/api:80", port: 81, expect: deny}',
      '2:49: port 81 is not the one',
    ],
    [
      'no port',
      '- {from: shop/web, to: shop/svc/api, expect: deny}',
      '2:3: lacks the port: write to: shop/svc/api:80',
    ],
    [
      'a protocol that nobody knows',
      '- {from: shop/web, to: "shop/web:1/HTTP", expect: deny}',
      '2:24: protocol "HTTP" must be',
    ],
    [
      'a port name that the pods lack',
      '- {from: shop/web, to: "shop/deploy/api:https", expect: deny}',
      '2:3: deployment/api has no port named "https"',
    ],
  ])('%s', async (_, line, message) => {
    const checks = file('bad.yaml', good + line)
    const { stdout, stderr, code } = await check(checks)
    expect(stderr).toContain(`netdoctor: ${checks}:${message}`)
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  })

  it.each([
    [
      'broken YAML',
      'checks:\n- {from: "shop',
      /bad\.yaml:\d+:\d+: document 1 is not valid YAML and cannot be read/,
    ],
    [
      'a document without checks',
      'id: x\nchekcs: []',
      /bad\.yaml:1:1: has neither checks nor tables: its fields are id, chekcs/,
    ],
    ['nothing at all', '', /bad\.yaml: holds no expected verdict/],
    [
      'rows that do not fit',
      'pods: [shop/web]\ntables: [{ports: [TCP/80], rows: [".."]}]',
      /bad\.yaml:2:\d+: "\.\." must have 1 cells/,
    ],
    [
      'a cell that means nothing',
      'pods: [shop/web]\ntables: [{ports: [TCP/80], rows: ["?"]}]',
      /cell "\?" must be \. \(allow\), X \(deny\) or -/,
    ],
  ])('%s', async (_, content, message) => {
    const { stdout, stderr, code } = await check(file('bad.yaml', content))
    expect(stderr).toMatch(message)
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  })

  it('a format that it does not have', async () => {
    const { stderr, code } = await check(file('right.yaml', right), '-o', 'csv')
    expect(stderr).toContain('--output "csv": this question has')
    expect(code).toBe(2)
  })
})
