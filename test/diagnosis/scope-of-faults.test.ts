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
