import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { dump, policy, shop } from './policy-world.ts'
import { recording, root, run } from './run.ts'

const schemaOf = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(`${root}docs/schema/${name}.schema.json`, 'utf8'))
/** With no field that is not described: what a result has and the schema lacks is found too. For those without allOf. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const own = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(item)]))
  return own['type'] === 'object' ? { ...own, additionalProperties: false } : own
}
const ajv = new Ajv2020({ allErrors: true, strictTypes: false, allowUnionTypes: true })
ajv.addSchema(schemaOf('diagnosis'))
const compiled = (name: string, isClosed: boolean) => {
  const schema = schemaOf(name)
  const used = { ...schema, ...(isClosed ? Object(closed(schema)) : {}) }
  return [String(schema['$id']), ajv.compile(used)] as const
}
const validators = new Map([
  ...['policy', 'policy-flow'].map((name) => compiled(name, false)),
  ...['policy-reach', 'policy-what-if', 'policy-assert', 'policy-matrix'].map((name) => compiled(name, true)),
])

function complaints(result: { readonly schema: string }): readonly string[] {
  const validate = validators.get(result.schema)
  if (validate === undefined) return [`no schema ${result.schema}`]
  validate(result)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

const incident = ['policy', '-n', 'velocitytech-prod', '-f', recording('incident')]
const guard = {
  apiVersion: 'policy.networking.k8s.io/v1alpha1',
  kind: 'AdminNetworkPolicy',
  metadata: { name: 'guard', uid: 'guard' },
  spec: {
    priority: 1,
    subject: { namespaces: {} },
    ingress: [
      {
        action: 'Deny',
        from: [{ namespaces: {} }],
        ports: [{ portNumber: { port: 8080, protocol: 'TCP' } }],
      },
    ],
  },
}
const wrong = policy('shop', 'wrong', {
  podSelector: {},
  ingress: [{ ports: [{ port: 70000 }], from: [{ nonsense: {} }, { ipBlock: { cidr: '10.0.0.0/8' } }] }],
})

const questions: readonly (readonly [words: readonly string[], stdin: string])[] = [
  [incident, ''],
  [['policy', '-A', '-f', recording('as-written')], ''],
  [[...incident, '--from', 'deploy/order-service', '--to', 'kube-system/svc/kube-dns'], ''],
  [[...incident, '--from', 'deploy/network-debug-toolkit', '--to', 'auth-service'], ''],
  [[...incident, '--from', 'world', '--to', 'auth-service'], ''],
  [[...incident, '--from', 'deploy/order-service', '--to', 'svc/auth-service'], ''],
  [['policy', '-n', 'shop', '-f', '-', '--from', 'web', '--to', 'api'], dump([...shop, guard])],
  [['policy', '-n', 'shop', '-f', '-', '--from', 'web', '--to', 'api'], dump([...shop, wrong])],
  [['policy', '-n', 'shop', '-f', '-', '--from', 'pod/done', '--to', 'api'], dump(shop)],
  [['policy', '-n', 'shop', '-f', '-'], dump([...shop, guard, wrong])],
]

const closedApi = policy('shop', 'closed', {
  podSelector: { matchLabels: { app: 'api' } },
  ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 8080 }] }],
})
const expectations = JSON.stringify({
  id: 'api',
  title: 'who may call it',
  resources: [...shop, closedApi],
  checks: [
    { from: 'shop/web', to: 'svc/api:80', expect: 'allow' },
    { from: 'ops/scraper', to: 'shop/svc/api:80', expect: 'allow' },
    { from: 'shop/waits', to: 'shop/svc/api', port: 80, expect: 'deny' },
    { from: '203.0.113.9', to: 'svc:shop/api', port: 'http', expect: 'allow' },
  ],
})

const others: readonly (readonly [words: readonly string[], stdin: string])[] = [
  [[...incident, '--to', 'svc/auth-service'], ''],
  [[...incident, '--from', 'deploy/order-service'], ''],
  [[...incident, '--from', 'world'], ''],
  [['policy', '-n', 'shop', '-f', '-', '--to', 'api'], dump([...shop, guard, wrong])],
  [[...incident, '--matrix'], ''],
  [['policy', '-A', '-f', recording('as-written'), '--matrix'], ''],
  [[...incident, '--without', 'allow-order-service-egress', '--without', 'default-deny-ingress'], ''],
  [[...incident, '--what-if', 'fixtures/policy/dns-egress-denied/broken-default-deny.yaml'], ''],
  [['policy', '--assert', '-'], expectations],
  [['policy', '--assert', 'fixtures/oracles/recipes.jsonl'], ''],
]

describe('policy -o json of the other questions', () => {
  it.each(others)('%j follows its schema', async (words, stdin) => {
    const { stdout, stderr } = await run([...words, '-o', 'json'], { stdin })
    expect({ stderr, complaints: complaints(JSON.parse(stdout)) }).toEqual({ stderr: '', complaints: [] })
  })

  it('a schema that lacks a field is noticed', async () => {
    const { stdout } = await run([...incident, '--matrix', '-o', 'json'])
    expect(complaints({ ...JSON.parse(stdout), more: 1 })).toEqual([' must NOT have additional properties'])
  })
})

describe('policy -o json and yaml', () => {
  it.each(questions)('%j follows the schema', async (words, stdin) => {
    const { stdout } = await run([...words, '-o', 'json'], { stdin })
    expect(complaints(JSON.parse(stdout))).toEqual([])
  })

  it('yaml says the same, and no format changes the exit code', async () => {
    const words = [...incident, '--from', 'deploy/network-debug-toolkit', '--to', 'auth-service']
    const [json, yaml, wide] = await Promise.all(
      ['json', 'yaml', 'wide'].map((format) => run([...words, '-o', format])),
    )
    expect(parse(yaml?.stdout ?? '')).toEqual(JSON.parse(json?.stdout ?? ''))
    expect([json?.code, yaml?.code, wide?.code]).toEqual([1, 1, 1])
  })

  it('has the deciding rule, the near miss and the change with what it opens', async () => {
    const { stdout } = await run([
      ...incident,
      ...['--from', 'deploy/network-debug-toolkit', '--to', 'auth-service', '-o', 'json'],
    ])
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'denied',
      ports: [{ port: 80, protocol: 'TCP', reachable: { passing: 0, of: 2 } }],
      reasons: [
        {
          directions: {
            egress: { verdict: 'allowed', tier: 'none', isolatedBy: [] },
            ingress: {
              verdict: 'denied',
              tier: 'network-policy',
              decidedBy: [],
              isolatedBy: [
                { name: 'allow-auth-service-access', rules: 1 },
                { name: 'allow-ingress-controller', rules: 1 },
                { name: 'default-deny-ingress', rules: 0 },
              ],
            },
          },
          nearMiss: [{ ref: { name: 'allow-auth-service-access' }, rule: 'ingress[0]' }],
          fix: {
            patches: [{ is: 'add-peer', field: 'spec.ingress[0].from' }],
            allows: { passing: 2, of: 2 },
            opens: { pairs: 0, namespaces: [], flows: [] },
            closes: { pairs: 0 },
          },
        },
      ],
    })
  })

  it('markdown has the same verdict', async () => {
    const { stdout, code } = await run([
      ...incident,
      ...['--from', 'deploy/network-debug-toolkit', '--to', 'auth-service', '-o', 'markdown'],
    ])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^\*\*DENIED {2}deploy\/network-debug-toolkit -> svc\/auth-service:80\*\*/)
    expect(stdout).toContain('* **confirm**: (needs nc in the image) `kubectl -n velocitytech-prod exec')
  })
})
