import { describe, expect, it } from 'vitest'
import { Inventory } from '../../../src/network/inventory/inventory.ts'
import { podRangeOf } from '../../../src/network/references/pod-ranges.ts'
import type { KindName } from '../../../src/snapshot/kinds/kinds.ts'
import { kindNames, parseObject } from '../../../src/snapshot/kinds/kinds.ts'

const node = (name: string, podCIDR: string, annotations = {}): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, annotations },
  spec: { podCIDR, podCIDRs: [podCIDR, 'fd00:1::/64'] },
})

const pod = (ip: string, hostNetwork = false): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `pod-${ip.replaceAll(/[.:]/g, '-')}`, namespace: 'shop' },
  spec: { hostNetwork },
  status: { podIPs: [{ ip }] },
})

function inventoryOf(objects: readonly object[], unread: readonly KindName[] = []): Inventory {
  const read = kindNames.filter((kind) => !unread.includes(kind))
  return Inventory.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: objects.flatMap((object) => parseObject(object) ?? []),
    coverage: {
      world: 'closed',
      declared: false,
      kinds: Object.fromEntries(read.map((kind) => [kind, { namespaces: 'all', depth: 'full' }])),
      notServed: [],
      gaps: [],
    },
    observations: [],
  })
}

describe('podRangeOf', () => {
  const nodes = [
    node('node1', '10.244.0.0/24'),
    node('node2', '10.244.1.0/24', { 'projectcalico.org/IPv4VXLANTunnelAddr': '10.244.1.64' }),
  ]
  const used = inventoryOf([...nodes, pod('10.244.0.7')])

  it('finds the node whose range holds an address', () => {
    expect(podRangeOf('10.244.1.15', used)).toEqual({ node: 'node2', cidr: '10.244.1.0/24' })
    expect(podRangeOf('fd00:1::15', used)).toEqual({ node: 'node1', cidr: 'fd00:1::/64' })
    expect(podRangeOf('10.244.2.15', used)).toBeUndefined()
    expect(podRangeOf('db', used)).toBeUndefined()
  })

  it.each(['10.244.1.0', '10.244.1.1', '10.244.1.64', 'fd00:1::', 'fd00:1::1'])(
    'leaves %s to the CNI',
    (address) => {
      expect(podRangeOf(address, used)).toBeUndefined()
    },
  )

  it('believes the ranges only where pods have their addresses from them', () => {
    expect(podRangeOf('10.244.1.15', inventoryOf([...nodes, pod('10.50.0.7')]))).toBeUndefined()
    expect(podRangeOf('10.244.1.15', inventoryOf([...nodes, pod('10.244.0.7', true)]))).toBeUndefined()
  })

  it('takes pods that could not be read for no proof', () => {
    expect(podRangeOf('10.244.1.15', inventoryOf(nodes, ['Pod']))).toEqual({
      node: 'node2',
      cidr: '10.244.1.0/24',
    })
  })
})
