// Makes the skeleton of a rule and its first fixtures: npm run rule AREA/NAME
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [id = ''] = process.argv.slice(2)

function write(path: string, content: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  console.log(path)
}

function skeleton(): string {
  return `import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'

export default defineRule({
  id: '${id}',
  title: 'TITLE: what is wrong, without a full stop',
  subject: 'Service',
  severity: 'warning',
  docs: {
    means: 'What it means for traffic.',
    why: 'How it comes about.',
    proof: 'Which fields prove it.',
    fix: 'How to mend it.',
    falseAlarmWhen: 'When it would be wrong, and how the rule keeps silent then.',
  },
  check(service, _network) {
    if (service.metadata.name !== 'SUBJECT') return undefined
    return {
      proof: 'proven',
      place: place.service(service),
      summary: say\`WHAT, with the value seen and wanted\`,
      evidence: [],
    }
  },
})
`
}

function fixture(expect: string): string {
  return `kind: Fixture
question: { scan: shop }
expect:${expect}
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  clusterIP: 10.96.0.20
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: shop/web:1.4
          ports: [{ containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /ready, port: 8080 } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart }
spec:
  replicas: 2
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec:
      containers:
        - name: cart
          image: shop/cart:2.0
          env: [{ name: WEB_URL, value: 'http://web:80' }]
`
}

if (!/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) {
  console.error('usage: npm run rule AREA/WHAT-IS-WRONG, such as service/port-in-use')
  process.exitCode = 2
} else if (existsSync(`src/rules/${id}.ts`)) {
  console.error(`src/rules/${id}.ts exists already`)
  process.exitCode = 2
} else {
  write(`src/rules/${id}.ts`, skeleton())
  write(`fixtures/${id}/broken-first.yaml`, fixture(`\n  - warning ${id} Service/web`))
  write(`fixtures/${id}/healthy-first.yaml`, fixture(' []'))
  console.log('next: write the fixtures, then the rule; then npm run generate && npm test')
}
