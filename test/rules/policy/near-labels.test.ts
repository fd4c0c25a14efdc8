import { describe, expect, test } from 'vitest'
import { readSelector } from '../../../src/network/policy/selector.ts'
import { labelMiss } from '../../../src/rules/policy/near-labels.ts'
import { parsePolicySelector } from '../../../src/snapshot/kinds/policy-selector.ts'

type Labels = Readonly<Record<string, string>>

function wanted(asked: Labels, seen: Labels): string | undefined {
  const miss = labelMiss(readSelector(parsePolicySelector({ matchLabels: asked })), seen)
  return miss === undefined ? undefined : `${miss.wanted.key}=${miss.wanted.value}`
}

describe('a label that is one slip away', () => {
  test.each<[string, Labels, Labels, string]>([
    ['letters left out', { app: 'storefrnt' }, { app: 'storefront' }, 'app=storefront'],
    ['another key for the application', { 'app.kubernetes.io/name': 'web' }, { app: 'web' }, 'app=web'],
    ['a misspelt key', { tire: 'backend' }, { tier: 'backend' }, 'tier=backend'],
    ['one of two labels', { app: 'web', track: 'canari' }, { app: 'web', track: 'canary' }, 'track=canary'],
  ])('%s', (_, asked, seen, expected) => {
    expect(wanted(asked, seen)).toBe(expected)
  })

  test.each<[string, Labels, Labels]>([
    ['another number', { app: 'web-1' }, { app: 'web-2' }],
    ['another version', { version: 'v1' }, { version: 'v2' }],
    ['a switch', { public: 'true' }, { public: 'false' }],
    ['another application', { app: 'web' }, { app: 'api' }],
    ['the value under a key of another meaning', { tier: 'web' }, { app: 'web' }],
    ['two labels that differ', { app: 'storefrnt', tier: 'front' }, { app: 'storefront', tier: 'back' }],
    [
      'a label that only a controller writes',
      { 'pod-template-hash': 'abcdef1' },
      { 'pod-template-hash': 'abcdef2' },
    ],
    ['labels that match', { app: 'web' }, { app: 'web', tier: 'front' }],
  ])('is not %s', (_, asked, seen) => {
    expect(wanted(asked, seen)).toBeUndefined()
  })
})
