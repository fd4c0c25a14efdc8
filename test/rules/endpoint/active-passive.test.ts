import { describe, expect, test } from 'vitest'
import { isActivePassive } from '../../../src/rules/endpoint/active-passive.ts'
import { isKind, parseObject } from '../../../src/snapshot/kinds/kinds.ts'
import type { Pod } from '../../../src/snapshot/kinds/pod.ts'

function member(ready: boolean, container: object = {}, labels: object = {}): Pod {
  const pod = parseObject({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${ready}`, namespace: 'shop', labels },
    spec: { containers: [{ name: 'web', ...container }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  })
  if (pod === undefined || !isKind(pod, 'Pod')) throw new Error('no pod')
  return pod
}

const elects = { args: ['--leader-elect=true'] }

describe('isActivePassive', () => {
  test('one ready pod among those that elect a leader', () => {
    expect(isActivePassive([member(true, elects), member(false, elects), member(false, elects)])).toBe(true)
  })

  test('one ready pod whose role label differs', () => {
    const pods = [member(true, {}, { role: 'primary' }), member(false, {}, { role: 'standby' })]
    expect(isActivePassive(pods)).toBe(true)
  })

  test('not when two are ready, none is, or nothing speaks of leaders', () => {
    expect(isActivePassive([member(true, elects), member(true, elects), member(false, elects)])).toBe(false)
    expect(isActivePassive([member(false, elects), member(false, elects)])).toBe(false)
    expect(isActivePassive([member(true), member(false)])).toBe(false)
  })

  test.each(['AWS_ROLE_ARN', 'RAILS_MASTER_KEY', 'DATABASE_REPLICA_URL'])('%s is no sign', (name) => {
    const held = { env: [{ name, value: 'x' }] }
    expect(isActivePassive([member(true, held), member(false, held)])).toBe(false)
  })

  test.each([
    { env: [{ name: 'LEADER_ELECTION_ENABLED', value: 'true' }] },
    { args: ['--standby-mode'] },
    { readinessProbe: { httpGet: { path: '/primary', port: 8008 } } },
  ])('%j is one', (container) => {
    expect(isActivePassive([member(true, container), member(false, container)])).toBe(true)
  })
})
