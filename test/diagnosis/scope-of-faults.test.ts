import { expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { Network } from '../../src/network/network.ts'
import { connectionText } from '../../src/report/connection-text.ts'
import { loadFiles } from '../../src/snapshot/files/load.ts'

const shop = `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: web:1
          ports: [{ containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /, port: 8080 } }
`

/** A client that dials these URLs. */
const client = (...urls: readonly string[]): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  replicas: 1
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec:
      containers:
        - name: cart
          image: cart:1
          env: [${urls.map((url, index) => `{ name: URL_${index}, value: '${url}' }`).join(', ')}]
`

/** Everything moved into a namespace of its own. */
const elsewhere = (content: string): string => content.replaceAll('namespace: shop', 'namespace: other')

function errors(content: string) {
  const { snapshot } = loadFiles([{ file: 'shop.yaml', content }], {
    isComplete: true,
    defaultNamespace: 'shop',
  })
  const { problems } = diagnose({ kind: 'scan', namespaces: ['shop'] }, Network.of(snapshot))
  return problems
    .filter(({ cause }) => cause.severity === 'error')
    .map(({ cause, breaks }) => ({
      rule: cause.rule,
      breaks: breaks.map(({ connection }) => connectionText(connection)),
    }))
}

test('a wrong port breaks the connection to that port, and not that to the right one', () => {
  expect(errors(shop + client('http://web', 'http://web:81'))).toEqual([
    { rule: 'client/port-not-on-service', breaks: ['cart -> web:81'] },
  ])
})

test('two wrong ports of one Service are two problems', () => {
  expect(errors(shop + client('http://web:81', 'http://web:82'))).toEqual([
    { rule: 'client/port-not-on-service', breaks: ['cart -> web:81'] },
    { rule: 'client/port-not-on-service', breaks: ['cart -> web:82'] },
  ])
})

test('the namespace that is asked about is told why its connection fails elsewhere', () => {
  const broken = elsewhere(shop.replace('selector: { app: web }', 'selector: { app: wbe }'))
  expect(errors(`${broken}${client('http://web.other')}`)).toEqual([
    { rule: 'service/selector-near-miss', breaks: ['cart -> web.other:80'] },
  ])
})

test('what is broken elsewhere and breaks nothing here is not told', () => {
  const broken = elsewhere(shop.replace('targetPort: 8080', 'targetPort: nope'))
  const otherPort = broken.replace('ports: [', 'ports: [{ name: a, port: 81, targetPort: 8080 }, ')
  expect(errors(`${otherPort}${client('http://web.other:81')}`)).toEqual([])
})

test('crashing pods explain their Service although its only caller dials a wrong port', () => {
  const pods = `---
apiVersion: v1
kind: Pod
metadata:
  name: web-1
  namespace: shop
  labels: { app: web }
  ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true }]
spec: { nodeName: node1, containers: [{ name: web, image: 'web:1', ports: [{ containerPort: 8080 }] }] }
status:
  phase: Running
  podIPs: [{ ip: 10.1.0.9 }]
  conditions: [{ type: Ready, status: 'False' }]
  containerStatuses:
    - name: web
      ready: false
      restartCount: 9
      state: { waiting: { reason: CrashLoopBackOff } }
      lastState: { terminated: { exitCode: 1, reason: Error } }
`
  expect(errors(shop + client('http://web:81') + pods).map(({ rule }) => rule)).toEqual([
    'client/port-not-on-service',
    'endpoint/backend-crashing',
  ])
})
