import { describe, expect, test } from 'vitest'
import { eventsAbout, firstSeen, lastSeen, timesSeen } from '../../../src/network/inventory/events.ts'
import { Inventory } from '../../../src/network/inventory/inventory.ts'
import { manifestCoverage } from '../../../src/snapshot/files/coverage.ts'
import { type KubeObject, parseObject } from '../../../src/snapshot/kinds/kinds.ts'

function parsed(json: object): KubeObject {
  const object = parseObject({ apiVersion: 'v1', ...json })
  if (object === undefined) throw new Error('no object')
  return object
}

const event = (name: string, involvedObject: object, times: object = {}, namespace = 'shop'): KubeObject =>
  parsed({ kind: 'Event', metadata: { name, namespace }, involvedObject, reason: name, ...times })

function about(object: KubeObject, events: readonly KubeObject[]): readonly string[] {
  const inventory = Inventory.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: [object, ...events],
    coverage: manifestCoverage(true),
    observations: [],
  })
  return eventsAbout(object, inventory).items.map(({ metadata }) => metadata.name)
}

const pod = parsed({ kind: 'Pod', metadata: { name: 'web-a', namespace: 'shop', uid: 'u1' } })

describe('eventsAbout', () => {
  test('matches by uid, and by name only where there is no uid', () => {
    const named = { kind: 'Pod', name: 'web-a' }
    const events = [
      event('own', { ...named, uid: 'u1' }),
      event('earlier-pod', { ...named, uid: 'u0' }),
      event('without-uid', named),
      event('other-kind', { kind: 'ReplicaSet', name: 'web-a' }),
    ]
    expect([...about(pod, events)].sort()).toEqual(['own', 'without-uid'])
  })

  test('gives the newest first, by the latest of the times that an event has', () => {
    const target = { kind: 'Pod', uid: 'u1' }
    const events = [
      event('counted', target, {
        firstTimestamp: '2026-01-01T10:00:00Z',
        lastTimestamp: '2026-01-01T11:30:00Z',
      }),
      event('single', target, { eventTime: '2026-01-01T11:00:00.000000Z' }),
      event('series', target, {
        eventTime: '2026-01-01T09:00:00Z',
        series: { count: 7, lastObservedTime: '2026-01-01T11:45:00Z' },
      }),
    ]
    expect(about(pod, events)).toEqual(['series', 'counted', 'single'])
  })

  test('finds what a kubelet says of its node by name, in the namespace default', () => {
    const node = parsed({ kind: 'Node', metadata: { name: 'node1', uid: 'n1' } })
    const events = [
      event('by-name', { kind: 'Node', name: 'node1', uid: 'node1' }, {}, 'default'),
      event('by-uid', { kind: 'Node', name: 'node1', uid: 'n1' }, {}, 'default'),
    ]
    expect([...about(node, events)].sort()).toEqual(['by-name', 'by-uid'])
  })

  test('finds the events of a static pod, which carry the hash of its file', () => {
    const mirror = parsed({
      kind: 'Pod',
      metadata: {
        name: 'p',
        namespace: 'shop',
        uid: 'u2',
        annotations: { 'kubernetes.io/config.hash': 'h' },
      },
    })
    expect(about(mirror, [event('static', { kind: 'Pod', name: 'p', uid: 'h' })])).toEqual(['static'])
  })
})

describe('times of an event', () => {
  const parse = (times: object) => {
    const object = event('e', { kind: 'Pod', uid: 'u1' }, times)
    if (object.kind !== 'Event') throw new Error('no event')
    return { first: firstSeen(object), last: lastSeen(object), times: timesSeen(object) }
  }

  test('come from whichever form it has', () => {
    expect(
      parse({ count: 4, firstTimestamp: '2026-01-01T10:00:00Z', lastTimestamp: '2026-01-01T11:00:00Z' }),
    ).toEqual({
      first: '2026-01-01T10:00:00Z',
      last: '2026-01-01T11:00:00Z',
      times: 4,
    })
    expect(parse({ eventTime: '2026-01-01T10:00:00Z', firstTimestamp: null, lastTimestamp: null })).toEqual({
      first: '2026-01-01T10:00:00Z',
      last: '2026-01-01T10:00:00Z',
      times: 1,
    })
  })
})
