import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { Network } from '../../src/network/network.ts'
import { connectionText } from '../../src/report/connection-text.ts'
import { recording } from './recording.ts'

/** Everything that is found in a recording: severity, proof, rule and subject, worst first. Later issues add to it. */
function found(name: string, rest: 'notes' | 'no notes' = 'no notes'): readonly string[] {
  const snapshot = recording(`fixtures/velocitytech/${name}.json.gz`)
  return diagnose({ kind: 'scan', namespaces: 'all' }, Network.of(snapshot))
    .problems.filter(({ cause }) => (cause.severity === 'note') === (rest === 'notes'))
    .map(({ cause, fixCheck }) =>
      [
        cause.severity,
        cause.proof,
        cause.rule,
        `${cause.about.kind}/${cause.about.name}`,
        ...(fixCheck === undefined ? [] : [`(fix ${fixCheck.outcome})`]),
      ].join(' '),
    )
}

const sleepLoops = [
  'warning likely endpoint/no-server-declared Deployment/network-debug-toolkit',
  'warning likely endpoint/no-server-declared Deployment/order-service',
]

const nobodyServes = 'error proven ingress/class-not-found Ingress/payment-service-canary'

const dnsOverUdpOnly = ['allow-order-service-egress', 'allow-payment-service-access'].map(
  (name) => `warning proven policy/dns-egress-udp-only NetworkPolicy/${name} (fix works)`,
)

const withoutProbe = [
  'note proven endpoint/no-readiness-probe Deployment/auth-service',
  'note proven endpoint/no-readiness-probe Deployment/payment-service',
]

test('incident: the four faults, each on its own, the one that breaks most first', () => {
  expect(found('incident')).toEqual([
    nobodyServes,
    'error likely policy/dns-egress-denied NetworkPolicy/allow-order-service-egress (fix partly)',
    'error likely client/hardcoded-stale-pod-ip Deployment/order-service',
    'error likely service/debug-pod-is-endpoint Pod/test-payment (fix works)',
    'error proven service/selector-near-miss Service/payment-service-canary (fix works)',
    'warning proven policy/dns-egress-udp-only NetworkPolicy/allow-payment-service-access (fix works)',
    ...sleepLoops,
  ])
  expect(found('incident', 'notes')).toEqual([
    ...withoutProbe,
    'note proven ingress/regex-with-prefix-path-type Ingress/velocitytech-api-ingress (fix works)',
    'note proven ingress/rewrite-missing-capture-group Ingress/velocitytech-api-ingress',
    'note proven ingress/unknown-annotation Ingress/velocitytech-api-ingress',
    'note proven policy/namespace-label-hand-set Namespace/ingress-nginx (fix works)',
    'note likely endpoint/probe-on-other-port Deployment/coredns',
  ])
})

test('incident: what each fault breaks', () => {
  const { problems } = diagnose(
    { kind: 'scan', namespaces: ['velocitytech-prod'] },
    Network.of(recording('fixtures/velocitytech/incident.json.gz')),
  )
  const broken = problems
    .filter(({ cause }) => cause.severity === 'error')
    .map(({ cause, breaks }) => ({
      share: cause.share,
      clients: breaks.map(({ connection: { client } }) =>
        client.kind === 'route'
          ? client.backend.by.name
          : client.kind === 'workload'
            ? client.workload.reference.name
            : '',
      ),
    }))
  expect(broken).toEqual([
    {
      share: undefined,
      clients: [
        'payment-service-canary',
        'payment-service-prod',
        'velocitytech-admin-ingress',
        ...Array<string>(4).fill('velocitytech-api-ingress'),
      ],
    },
    { share: undefined, clients: ['order-service', 'order-service'] },
    { share: undefined, clients: ['order-service'] },
    {
      share: { failing: 1, of: 4 },
      clients: ['order-service', 'payment-service-prod', 'velocitytech-api-ingress'],
    },
    { share: undefined, clients: ['payment-service-canary'] },
  ])
})

test('as-written: the pods of auth-service crash, with both Services under it', () => {
  expect(found('as-written')).toEqual([
    nobodyServes,
    'error proven endpoint/backend-crashing Deployment/auth-service',
    ...dnsOverUdpOnly,
    ...sleepLoops,
  ])
  const crash = diagnose(
    { kind: 'scan', namespaces: 'all' },
    Network.of(recording('fixtures/velocitytech/as-written.json.gz')),
  ).problems.find(({ cause }) => cause.rule === 'endpoint/backend-crashing')
  expect(crash?.symptoms.map(({ rule, about }) => `${rule} ${about.name}`).sort()).toEqual([
    'endpoint/all-not-ready auth-service',
    'endpoint/all-not-ready auth-service-monitored',
  ])
})

test('running: no error but that nobody serves the Ingresses, two backends to be confirmed, DNS by UDP only', () => {
  expect(found('running')).toEqual([nobodyServes, ...dnsOverUdpOnly, ...sleepLoops])
})

test('traefik: the policy that means another proxy than the one that runs', () => {
  expect(found('traefik')).toEqual([
    'error proven ingress/regex-with-prefix-path-type Ingress/velocitytech-api-ingress (fix partly)',
    'error likely policy/ingress-controller-denied NetworkPolicy/allow-auth-service-access (fix works)',
    'warning proven ingress/rewrite-missing-capture-group Ingress/velocitytech-api-ingress',
    'warning proven ingress/unknown-annotation Ingress/velocitytech-api-ingress',
    ...dnsOverUdpOnly,
    ...sleepLoops,
  ])
})

describe('the lost DNS rule of the incident', () => {
  const { problems: found } = diagnose(
    { kind: 'scan', namespaces: ['velocitytech-prod'] },
    Network.of(recording('fixtures/velocitytech/incident.json.gz')),
  )
  const problems = new Map(found.map((problem) => [problem.cause.rule, problem]))
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
