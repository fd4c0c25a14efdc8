import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Diagnosis, Problem } from '../../src/diagnosis/diagnosis.ts'
import { Network } from '../../src/network/network.ts'
import { connectionText } from '../../src/report/connection-text.ts'
import { recording } from './recording.ts'

const namespace = 'velocitytech-prod'

function diagnosed(name: string): Diagnosis {
  const network = Network.of(recording(`fixtures/velocitytech/${name}.json.gz`))
  return diagnose({ kind: 'scan', namespaces: [namespace] }, network)
}

const line = ({ cause: { severity, rule, about } }: Problem): string =>
  `${severity} ${rule} ${about.kind}/${about.name}`

const sleepLoops = [
  'warning endpoint/no-server-declared Deployment/network-debug-toolkit',
  'warning endpoint/no-server-declared Deployment/order-service',
]
const udpOnly = [
  'warning policy/dns-egress-udp-only NetworkPolicy/allow-order-service-egress',
  'warning policy/dns-egress-udp-only NetworkPolicy/allow-payment-service-access',
]

/** What real clients saw in each state stands in the recordings' own description. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'as-written': ['error endpoint/backend-crashing Deployment/auth-service', ...sleepLoops, ...udpOnly],
  running: [...sleepLoops, ...udpOnly],
  incident: [
    'error client/hardcoded-stale-pod-ip Deployment/order-service',
    'error policy/dns-egress-denied NetworkPolicy/allow-order-service-egress',
    'error service/debug-pod-is-endpoint Pod/test-payment',
    'error service/selector-near-miss Service/payment-service-canary',
    ...sleepLoops,
    'warning policy/dns-egress-udp-only NetworkPolicy/allow-payment-service-access',
  ],
}

describe.each(Object.keys(expected))('%s', (name) => {
  test('has exactly the known errors and warnings', () => {
    const found = diagnosed(name)
      .problems.filter(({ cause }) => cause.severity !== 'note')
      .map(line)
    expect(found.sort()).toEqual([...(expected[name] ?? [])].sort())
  })
})

describe('the lost DNS rule of the incident', () => {
  const problems = new Map(diagnosed('incident').problems.map((problem) => [problem.cause.rule, problem]))
  const dns = problems.get('policy/dns-egress-denied')
  const debugPod = problems.get('service/debug-pod-is-endpoint')
  const ways = dns?.fixCheck?.ways.map(({ path, next }) => [connectionText(path.connection), next?.rule])

  test('breaks every name that order-service dials, and nothing else', () => {
    expect(dns?.breaks.map(({ connection }) => connectionText(connection))).toEqual([
      'order-service -> auth-service:80',
      'order-service -> payment-service:80',
    ])
  })

  test('is mended by a rule that opens DNS and nothing else', () => {
    expect(dns?.fix?.edits).toHaveLength(1)
    expect(
      dns?.fixCheck?.opens?.map(({ source, destination, ports }) => ({ source, destination, ports })),
    ).toEqual([
      {
        source: { kind: 'workload', reference: expect.objectContaining({ name: 'order-service' }) },
        destination: { kind: 'workload', reference: expect.objectContaining({ name: 'coredns' }) },
        ports: [
          { protocol: 'TCP', from: 53, to: 53 },
          { protocol: 'UDP', from: 53, to: 53 },
        ],
      },
    ])
    expect(dns?.fixCheck?.introduces).toEqual([])
  })

  test('hides the second fault on the way to payment-service, which the mended copy still has', () => {
    expect(ways).toEqual([
      ['order-service -> auth-service:80', undefined],
      ['order-service -> payment-service:80', 'service/debug-pod-is-endpoint'],
    ])
    expect(debugPod?.breaks.map(({ connection }) => connectionText(connection))).toContain(
      'order-service -> payment-service:80',
    )
    expect(debugPod?.cause.share).toEqual({ failing: 1, of: 4 })
    expect(debugPod?.fixCheck?.outcome).toBe('works')
  })
})
