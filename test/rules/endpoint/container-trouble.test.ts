import { describe, expect, test } from 'vitest'
import { troubleOf } from '../../../src/rules/endpoint/container-trouble.ts'
import type { Event } from '../../../src/snapshot/kinds/event.ts'
import { isKind, parseObject } from '../../../src/snapshot/kinds/kinds.ts'
import type { Pod } from '../../../src/snapshot/kinds/pod.ts'

const now = Date.parse('2026-01-01T12:00:00Z')
const ageOf = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : now - Date.parse(time)

function podWith(status: object, ready = 'False', init: readonly object[] = []): Pod {
  const pod = parseObject({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-a', namespace: 'shop' },
    spec: { containers: [{ name: 'web', image: 'web:1' }], initContainers: [{ name: 'migrate' }] },
    status: {
      conditions: [{ type: 'Ready', status: ready }],
      containerStatuses: [{ name: 'web', ready: false, restartCount: 0, ...status }],
      initContainerStatuses: init,
    },
  })
  if (pod === undefined || !isKind(pod, 'Pod')) throw new Error('no pod')
  return pod
}

function backOff(container: string): Event {
  const event = parseObject({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'shop' },
    involvedObject: { kind: 'Pod', name: 'web-a', fieldPath: `spec.containers{${container}}` },
    reason: 'BackOff',
  })
  if (event === undefined || !isKind(event, 'Event')) throw new Error('no event')
  return event
}

const ended = (exitCode: number, reason = 'Error', finishedAt = '2026-01-01T11:59:30Z') => ({
  terminated: { exitCode, reason, finishedAt },
})
const running = (startedAt: string) => ({ running: { startedAt } })
const waiting = (reason: string) => ({ waiting: { reason } })

describe('troubleOf', () => {
  test.each([
    [
      'waiting between restarts',
      { state: waiting('CrashLoopBackOff'), lastState: ended(1), restartCount: 1 },
    ],
    ['ended', { state: ended(1), restartCount: 2 }],
    ['just restarted', { state: running('2026-01-01T11:59:58Z'), lastState: ended(1), restartCount: 2 }],
    [
      'out of memory',
      { state: running('2026-01-01T11:59:58Z'), lastState: ended(137, 'OOMKilled'), restartCount: 2 },
    ],
    ['ends well again and again', { state: waiting('CrashLoopBackOff'), lastState: ended(0, 'Completed') }],
  ])('a crash: %s', (_, status) => {
    expect(troubleOf(podWith(status), [], ageOf)?.kind).toBe('crash')
  })

  test.each([
    ['a first end', { state: ended(1), restartCount: 0 }],
    ['a first restart', { state: running('2026-01-01T11:59:58Z'), lastState: ended(1), restartCount: 1 }],
    [
      'an old restart of a container that runs for an hour',
      {
        state: running('2026-01-01T11:00:00Z'),
        lastState: ended(1, 'Error', '2026-01-01T10:59:00Z'),
        restartCount: 9,
      },
    ],
    [
      'a container that is ready',
      { ready: true, state: running('2026-01-01T11:59:58Z'), lastState: ended(1), restartCount: 9 },
    ],
    [
      'an end that nobody saw',
      { state: running('2026-01-01T11:59:58Z'), lastState: ended(255, 'Unknown'), restartCount: 9 },
    ],
    ['a container that is created', { state: waiting('ContainerCreating') }],
  ])('no trouble: %s', (_, status) => {
    expect(troubleOf(podWith(status), [], ageOf)).toBeUndefined()
  })

  test('is silent about a pod that is Ready, whatever its containers did', () => {
    expect(troubleOf(podWith({ state: waiting('CrashLoopBackOff') }, 'True'), [], ageOf)).toBeUndefined()
  })

  test('takes a back-off of the same container for repetition, not that of another', () => {
    const pod = podWith({ state: ended(1), restartCount: 0 })
    expect(troubleOf(pod, [backOff('web')], ageOf)?.kind).toBe('crash')
    expect(troubleOf(pod, [backOff('sidecar')], ageOf)).toBeUndefined()
  })

  test('tells images and configuration apart', () => {
    expect(troubleOf(podWith({ state: waiting('ImagePullBackOff') }), [], ageOf)?.kind).toBe('image')
    expect(troubleOf(podWith({ state: waiting('CreateContainerConfigError') }), [], ageOf)?.kind).toBe(
      'config',
    )
  })

  test('names the init container that fails, and not the one that has done its work', () => {
    const waits = { state: waiting('PodInitializing') }
    const failing = {
      name: 'migrate',
      restartCount: 3,
      state: waiting('CrashLoopBackOff'),
      lastState: ended(1),
    }
    const done = { name: 'migrate', restartCount: 3, state: ended(0, 'Completed'), lastState: ended(1) }
    expect(troubleOf(podWith(waits, 'False', [failing]), [], ageOf)?.observed.container.name).toBe('migrate')
    expect(troubleOf(podWith(waits, 'False', [done]), [backOff('migrate')], ageOf)).toBeUndefined()
  })
})
