import { expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { Network } from '../../src/network/network.ts'
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

const withoutProbe = [
  'note proven endpoint/no-readiness-probe Deployment/auth-service',
  'note proven endpoint/no-readiness-probe Deployment/payment-service',
]

test('incident: the three faults of this release, each on its own, the one that breaks most first', () => {
  expect(found('incident')).toEqual([
    'error likely client/hardcoded-stale-pod-ip Deployment/order-service',
    'error likely service/debug-pod-is-endpoint Pod/test-payment (fix works)',
    'error proven service/selector-near-miss Service/payment-service-canary (fix works)',
    ...sleepLoops,
  ])
  expect(found('incident', 'notes')).toEqual([
    ...withoutProbe,
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
    'error proven endpoint/backend-crashing Deployment/auth-service',
    ...sleepLoops,
  ])
  const [crash] = diagnose(
    { kind: 'scan', namespaces: 'all' },
    Network.of(recording('fixtures/velocitytech/as-written.json.gz')),
  ).problems
  expect(crash?.symptoms.map(({ rule, about }) => `${rule} ${about.name}`).sort()).toEqual([
    'endpoint/all-not-ready auth-service',
    'endpoint/all-not-ready auth-service-monitored',
  ])
})

test.each(['running', 'traefik'])('%s: no error, two backends to be confirmed', (name) => {
  expect(found(name)).toEqual(sleepLoops)
})
