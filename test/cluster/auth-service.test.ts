import { describe, test } from 'vitest'
import { waitFor } from './harness/wait.ts'
import type { Answered } from './kit/answer.ts'
import { askNetdoctor, runNetdoctor } from './kit/netdoctor.ts'
import { barePod, client, type KubernetesObject, server, service } from './kit/objects.ts'
import { type Answer, describeAnswer, tally } from './kit/request.ts'
import { openStage, type Stage } from './kit/stage.ts'
import { makeUser } from './kit/users.ts'

const url = 'http://auth-service/'
const curl = 'deployment/order-service'
const backend = { name: 'auth-service', replicas: 2 }

interface Case {
  readonly state: string
  readonly objects: readonly KubernetesObject[]
  /** What is ready before anybody asks. */
  readonly ready: readonly string[]
  /** What every request ends with, or some of them beside `http 200`. */
  readonly felt: readonly [Answer] | readonly [Answer, Answer]
  readonly outcome: 'passes' | 'fails' | 'partly'
  /** Exactly the errors: rule and subject. */
  readonly errors: readonly string[]
}

const http = (targetPort: string | number) => ({ ports: [{ name: 'http', port: 80, targetPort }] })
const deployment = 'deployment/auth-service'

const cases: readonly Case[] = [
  {
    state: 'healthy',
    objects: [server(backend), service('auth-service', { app: 'auth-service' })],
    ready: [deployment],
    felt: [{ http: 200 }],
    outcome: 'passes',
    errors: [],
  },
  {
    state: 'with a selector that misses by a letter',
    objects: [server(backend), service('auth-service', { app: 'auth-servce' })],
    ready: [deployment],
    felt: ['refused'],
    outcome: 'fails',
    errors: ['service/selector-near-miss Service/auth-service'],
  },
  {
    state: 'scaled to zero',
    objects: [server({ ...backend, replicas: 0 }), service('auth-service', { app: 'auth-service' })],
    ready: [],
    felt: ['refused'],
    outcome: 'fails',
    errors: ['service/backend-scaled-to-zero Deployment/auth-service'],
  },
  {
    state: 'with a failing readiness probe',
    objects: [
      server({
        ...backend,
        container: {
          readinessProbe: {
            httpGet: { path: '/echo?msg=broken&code=500', port: 8080 },
            periodSeconds: 1,
            failureThreshold: 1,
          },
        },
      }),
      service('auth-service', { app: 'auth-service' }),
    ],
    ready: [],
    felt: ['refused'],
    outcome: 'fails',
    errors: ['endpoint/readiness-probe-failing Deployment/auth-service'],
  },
  {
    state: 'with a named port that no pod declares',
    objects: [server(backend), service('auth-service', { app: 'auth-service' }, http('htpp'))],
    ready: [deployment],
    felt: ['refused'],
    outcome: 'fails',
    errors: ['service/named-target-port-unresolved Service/auth-service'],
  },
  {
    state: 'with a foreign pod among its endpoints',
    objects: [
      server(backend),
      service('auth-service', { app: 'auth-service' }, http(8080)),
      barePod('test-auth', { app: 'auth-service' }),
    ],
    ready: [deployment, 'pod/test-auth'],
    felt: ['refused', { http: 200 }],
    outcome: 'partly',
    errors: ['service/debug-pod-is-endpoint Pod/test-auth'],
  },
]

async function felt(stage: Stage, expected: Case['felt']): Promise<void> {
  const wanted = expected.map(describeAnswer).sort()
  let last: readonly string[] = []
  const isFelt = async () => {
    last = Object.keys(await tally(() => stage.request(curl, url), wanted.length === 1 ? 2 : 12)).sort()
    return JSON.stringify(last) === JSON.stringify(wanted)
  }
  await waitFor(() => `requests to end ${wanted.join(' and ')}, not ${last.join(' and ')}`, isFelt)
}

const errorsOf = ({ problems }: Answered): readonly string[] =>
  problems.filter(({ severity }) => severity === 'error').map(({ rule, subject }) => `${rule} ${subject}`)

describe.concurrent('kubectl netdoctor svc auth-service', () => {
  test.for(cases)('$state', async (state, { expect, onTestFinished }) => {
    const { objects, ready, felt: expected, outcome, errors } = state
    const stage = await openStage('auth', onTestFinished)
    const caller = client('order-service', { AUTH_SERVICE_URL: url })
    await stage.apply(...objects, caller)
    await stage.ready(curl, ...ready)
    await felt(stage, expected)
    await using viewer = await makeUser(stage, 'viewer', 'view')
    const question = ['svc', 'auth-service', '--namespace', stage.namespace]

    for (const { kubectl } of [stage.cluster, viewer]) {
      let answered: Answered | undefined
      const isRight = async () => {
        answered = await askNetdoctor(kubectl, question)
        return answered.outcome === outcome && JSON.stringify(errorsOf(answered)) === JSON.stringify(errors)
      }
      await waitFor(() => `${outcome} because of ${errors}, not ${JSON.stringify(answered)}`, isRight, {
        timeoutMs: 60_000,
        intervalMs: 1500,
      })
      const { exitCode, stdout, stderr } = await runNetdoctor(kubectl, question)
      expect({ exitCode, stderr }).toMatchObject({ exitCode: errors.length === 0 ? 0 : 1 })
      expect(stdout).toContain('order-service')
    }
  })

  test('with view in one namespace it says what it assumed, and an administrator is told of none', async ({
    expect,
    onTestFinished,
  }) => {
    const stage = await openStage('auth', onTestFinished)
    await stage.apply(
      server(backend),
      service('auth-service', { app: 'auth-service' }),
      client('order-service', { URL: url }),
    )
    await stage.ready(deployment, curl)
    await using viewer = await makeUser(stage, 'viewer', 'view')
    const question = ['svc', 'auth-service', '--namespace', stage.namespace]
    const asViewer = await askNetdoctor(viewer.kubectl, question)
    expect(asViewer.assumptions.join('\n')).toMatch(/nodes/)
    for (const assumption of asViewer.assumptions)
      expect((await runNetdoctor(viewer.kubectl, question)).stdout).toContain(assumption.split(' ')[0])
    expect((await askNetdoctor(stage.cluster.kubectl, question)).assumptions).not.toEqual(
      asViewer.assumptions,
    )
  })
})
