import { describe, expect, it } from 'vitest'
import { recording, run } from './run.ts'

const application = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: nginx, env: [{ name: CART, value: "http://cart:9000" }] }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec:
      containers:
        - { name: cart, image: cart, ports: [{ containerPort: 9000 }], readinessProbe: { tcpSocket: { port: 9000 } } }
---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { selector: { app: cart }, ports: [{ port: 9000 }] }
`

const policy = (egress: string): string => `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web-egress, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Egress]
  egress: [{ to: [{ podSelector: { matchLabels: { app: cart } } }], ports: [{ port: 9000 }] }${egress}]
`

const dnsRule =
  ', { to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } } }], ports: [{ port: 53, protocol: UDP }, { port: 53 }] }'

/** Manifests of applications hold no cluster DNS, and a policy that forgets it is the commonest mistake. */
describe('an egress policy among manifests', () => {
  it('that allows no DNS is a warning, and an error when the files are all there is', async () => {
    const stdin = application + policy('')
    const open = await run(['-f', '-'], { stdin })
    // The files hold one namespace: it needs no mention. What fails is told with its fix.
    expect(open.stdout).toMatch(/^! shop: no error, 1 warning; /)
    expect(open.stdout).toContain('! Deployment web cannot resolve any name: NetworkPolicy web-egress')
    expect(open.stdout).toMatch(/^ {2}breaks +web -> cart:9000$/m)
    expect(open.stdout).toMatch(/^ {2}fix +kubectl -n shop patch netpol\/web-egress /m)
    expect(open.stdout).toContain('is the usual one')
    expect(open.code).toBe(0)
    const closed = await run(['-f', '-', '--complete', '-o', 'json'], { stdin })
    const { problems } = JSON.parse(closed.stdout)
    expect(problems[0]).toMatchObject({ rule: 'policy/dns-egress-denied', severity: 'error' })
    expect(problems[0].fixCheck.outcome).toBe('works')
    expect(closed.code).toBe(1)
  })

  it('that allows the usual DNS is silent, and says what it took for granted', async () => {
    const { stdout, code } = await run(['-f', '-'], { stdin: application + policy(dnsRule) })
    expect(stdout).toMatch(/^✓ shop: /)
    expect(stdout).not.toContain('kube-dns selects')
    expect(stdout).toContain('is the usual one')
    expect(code).toBe(0)
  })
})

it('an error beside a warning: the headline counts every connection that the data counts, and no fix is praised that brings trouble', async () => {
  const closed = `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: cart, namespace: shop }
spec: { podSelector: { matchLabels: { app: cart } }, ingress: [{ ports: [{ port: 70000 }] }] }
`
  const stdin = application.replace('selector: { app: cart }', 'selector: { app: crat }') + closed
  const [table, json] = await Promise.all([
    run(['-f', '-'], { stdin }),
    run(['-f', '-', '-o', 'json'], { stdin }),
  ])
  expect(table.stdout).toMatch(/^✗ shop: 1 problem; behind warnings 1 more fails, or may\n/)
  expect(JSON.parse(json.stdout).verdict).toMatchObject({
    problems: { error: 1, warning: 1 },
    connections: { of: 1, broken: 1, suspect: 0 },
  })
  expect(table.stdout.replaceAll(/\n +/g, ' ')).toContain(
    'gets as far as the next problem. But it would bring 1 new problem: policy/ingress-denied',
  )
})

it('names of several namespaces say which', async () => {
  const more =
    '---\napiVersion: v1\nkind: Service\nmetadata: { name: other, namespace: ops }\nspec: { ports: [{ port: 1 }] }\n'
  const { stdout } = await run(['-f', '-'], { stdin: `${application}${policy('')}${more}` })
  expect(stdout).toMatch(/^! all namespaces: /)
  expect(stdout).toContain('! shop: Deployment web cannot resolve any name')
})

it('a pod that a workload would make is in no command, for its name is not known', async () => {
  const stdin = application
    .replace('containerPort: 9000', 'containerPort: 8000')
    .replace('port: 9000 } } }', 'port: 8000 } } }')
  const { stdout } = await run(['-f', '-', '-o', 'wide'], { stdin })
  expect(stdout).toContain('service/target-port-undeclared')
  expect(stdout).not.toContain('/pods/')
})

describe('tables', () => {
  const words = ['svc', 'auth-service', '-f', recording('traefik')]
  const longName = /^ {2}api\.velocitytech\.local\/api\/auth\(\/\|\$\)\(\.\*\) /m

  it('shorten names to 80 columns, or to those of COLUMNS', async () => {
    expect((await run(words)).stdout).not.toMatch(longName)
    expect((await run(words, { env: { COLUMNS: '120' } })).stdout).toMatch(longName)
  })

  it('shorten nothing with -o wide', async () => {
    expect((await run([...words, '-o', 'wide'])).stdout).toMatch(longName)
  })
})
