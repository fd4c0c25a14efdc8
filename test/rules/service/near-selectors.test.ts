import { describe, expect, test } from 'vitest'
import { Network } from '../../../src/network/network.ts'
import { nearSelectors } from '../../../src/rules/service/near-selectors.ts'
import { manifestCoverage } from '../../../src/snapshot/files/coverage.ts'
import { type KubeObject, parseObject } from '../../../src/snapshot/kinds/kinds.ts'

type Labels = Readonly<Record<string, string>>

function object(value: unknown): KubeObject {
  const parsed = parseObject(value)
  if (parsed === undefined) throw new Error('not an object')
  return parsed
}

const service = (name: string, selector: Labels): KubeObject =>
  object({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec: { selector } })

const deployment = (name: string, labels: Labels): KubeObject =>
  object({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: { template: { metadata: { labels }, spec: { containers: [{ name: 'main' }] } } },
  })

/** `slip workload` of every near miss of the Service `web`, the likeliest first. */
function near(selector: Labels, ...objects: readonly KubeObject[]): readonly string[] {
  const network = Network.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: [service('web', selector), ...objects],
    coverage: manifestCoverage(true),
    observations: [],
  })
  const [web] = network.services.get('shop', 'web').items
  if (web === undefined) throw new Error('no Service')
  return nearSelectors(web, network, network.workloads.in('shop').items).map(
    ({ slip, workload }) => `${slip} ${workload.reference.name}`,
  )
}

describe('near selectors', () => {
  test('are one value, one key or one key too many off', () => {
    expect(near({ app: 'wep' }, deployment('web', { app: 'web' }))).toEqual(['wrong-value web'])
    expect(near({ name: 'web' }, deployment('web', { app: 'web' }))).toEqual(['wrong-key web'])
    expect(near({ app: 'web', tier: 'front' }, deployment('web', { app: 'web' }))).toEqual(['extra-key web'])
  })

  test('differ in one pair only', () => {
    expect(near({ app: 'wep', tier: 'fronp' }, deployment('web', { app: 'web', tier: 'front' }))).toEqual([])
  })

  test('name the right application when only its version differs, however far', () => {
    const other = deployment('cart', { app: 'cart', version: 'v1' })
    const web = deployment('web', { app: 'web', version: '2025-12-01' })
    expect(near({ app: 'web', version: 'v1' }, web, other)).toEqual(['wrong-value web'])
  })

  test('do not take another application for a slip because they share a part', () => {
    const labels = { 'app.kubernetes.io/part-of': 'shop', app: 'billing' }
    expect(
      near({ 'app.kubernetes.io/part-of': 'shop', app: 'storefront' }, deployment('billing', labels)),
    ).toEqual([])
  })

  test('name a workload that another Service serves last', () => {
    const served = [deployment('webs', { app: 'webs' }), service('webs', { app: 'webs' })]
    expect(near({ app: 'webz' }, ...served, deployment('webx', { app: 'webx' }))).toEqual([
      'wrong-value webx',
      'wrong-value webs',
    ])
  })

  test('are none when a mere word is shared by many', () => {
    const some = ['acme-cart', 'acme-pay', 'acme-ship'].map((name) => deployment(name, { app: name }))
    expect(near({ app: 'acme-checkout' }, ...some)).toEqual([])
    expect(near({ app: 'acme-checkout' }, ...some.slice(0, 1))).toEqual(['wrong-value acme-cart'])
  })

  test('leave labels alone that are written at run time', () => {
    const selector = { app: 'web', 'rollouts-pod-template-hash': '6f9c' }
    expect(near(selector, deployment('web', { app: 'web' }))).toEqual([])
  })
})
