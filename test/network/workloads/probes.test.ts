import { describe, expect, test } from 'vitest'
import { canNeverBeReady, probePortNumber, startBudgetMs } from '../../../src/network/workloads/probes.ts'
import { type Container, type PodSpec, parsePodSpec } from '../../../src/snapshot/kinds/pod-spec.ts'

const spec = (...containers: readonly object[]): PodSpec =>
  parsePodSpec({ containers: containers.map((container) => ({ name: 'web', ...container })) })

function one(container: object): Container {
  const [first] = spec(container).containers
  if (first === undefined) throw new Error('no container')
  return first
}

const ports = [{ name: 'http', containerPort: 8080 }]

describe('probePortNumber', () => {
  test.each([
    [8081, 8081],
    ['http', 8080],
    ['9090', 9090],
    ['htpp', undefined],
  ])('%s', (port, number) => {
    const container = one({ ports, readinessProbe: { httpGet: { port } } })
    expect(container.readinessProbe && probePortNumber(container, container.readinessProbe)).toBe(number)
  })
})

describe('canNeverBeReady', () => {
  const probe = { tcpSocket: { port: 'web' } }
  test('a readiness or startup probe that cannot be asked', () => {
    expect(canNeverBeReady(spec({ ports, readinessProbe: probe }))).toBe(true)
    expect(canNeverBeReady(spec({ ports, startupProbe: probe }))).toBe(true)
  })

  test('not a liveness probe, whose answers are only thrown away', () => {
    expect(canNeverBeReady(spec({ ports, livenessProbe: probe }))).toBe(false)
  })

  test('names belong to the same container', () => {
    const named = { ports: [{ name: 'web', containerPort: 80 }] }
    expect(canNeverBeReady(spec({ ...named, readinessProbe: probe }))).toBe(false)
    expect(canNeverBeReady(spec(named, { name: 'b', ports, readinessProbe: probe }))).toBe(true)
  })
})

test('the start budget is the startup probe, then the readiness probe, with the defaults of the API', () => {
  expect(startBudgetMs(one({}))).toBe(0)
  expect(startBudgetMs(one({ readinessProbe: { initialDelaySeconds: 5 } }))).toBe(35_000)
  const both = { readinessProbe: { periodSeconds: 2 }, startupProbe: { failureThreshold: 30 } }
  expect(startBudgetMs(one(both))).toBe(306_000)
})
