import { describe, expect, it } from 'vitest'
import {
  asksClusterDns,
  isPublicTail,
  ownNamespacePod,
  serviceCandidates,
} from '../../../src/network/dns/names.ts'

describe('serviceCandidates', () => {
  it.each([
    ['db', { service: 'db', namespace: 'shop', via: 'short' }],
    ['DB', { service: 'db', namespace: 'shop', via: 'short' }],
    ['db.prod', { service: 'db', namespace: 'prod', via: 'namespaced' }],
    ['db.prod.svc', { service: 'db', namespace: 'prod', via: 'svc' }],
    ['db.prod.svc.cluster.local', { service: 'db', namespace: 'prod', via: 'fqdn', zone: 'cluster.local' }],
    ['db.prod.svc.cluster.local.', { service: 'db', namespace: 'prod', via: 'fqdn', zone: 'cluster.local' }],
    [
      'db.prod.svc.k8s.example.org',
      { service: 'db', namespace: 'prod', via: 'fqdn', zone: 'k8s.example.org' },
    ],
    ['db-0.db.prod', { service: 'db', namespace: 'prod', via: 'namespaced', podName: 'db-0' }],
    ['db-0.db.prod.svc', { service: 'db', namespace: 'prod', via: 'svc', podName: 'db-0' }],
    [
      'db-0.db.prod.svc.cluster.local',
      { service: 'db', namespace: 'prod', via: 'fqdn', podName: 'db-0', zone: 'cluster.local' },
    ],
    ['db.svc.svc.cluster.local', { service: 'db', namespace: 'svc', via: 'fqdn', zone: 'cluster.local' }],
  ])('reads %s', (host, expected) => {
    expect(serviceCandidates(host, 'shop')).toEqual(expected)
  })

  it.each([
    '',
    'localhost',
    'db.localhost',
    '10.0.0.1',
    'fd00::1',
    '_http._tcp.db.prod.svc.cluster.local',
    '10-244-1-15.prod.pod',
    '10-244-1-15.prod.pod.cluster.local',
    'db.prod.svc.clusterset.local',
    '1.0.244.10.in-addr.arpa',
    'db.',
    'db.prod.',
    'db.prod.svc.',
    'a..b',
    '-db',
    'a.b.c.d.example.com',
    `${'a'.repeat(64)}.prod`,
    Array.from({ length: 130 }, () => 'a').join('.'),
  ])('knows that %j names no Service', (host) => {
    expect(serviceCandidates(host, 'shop')).toBeUndefined()
  })
})

describe('ownNamespacePod', () => {
  it('reads two labels as a pod of a headless Service', () => {
    expect(ownNamespacePod('db-0.db', 'shop')).toEqual({
      service: 'db',
      namespace: 'shop',
      via: 'namespaced',
      podName: 'db-0',
    })
  })

  it.each(['db', 'db-0.db.shop', '_http.db', '10.1'])('reads nothing into %s', (host) => {
    expect(ownNamespacePod(host, 'shop')).toBeUndefined()
  })
})

describe('asksClusterDns', () => {
  it.each([
    [{}, true],
    [{ dnsPolicy: 'ClusterFirst' }, true],
    [{ dnsPolicy: 'ClusterFirst', hostNetwork: true }, false],
    [{ dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true }, true],
    [{ dnsPolicy: 'Default' }, false],
    [{ dnsPolicy: 'None' }, false],
  ])('%j: %s', (spec, expected) => {
    expect(asksClusterDns(spec)).toBe(expected)
  })
})

describe('isPublicTail', () => {
  it('tells hosts of the internet from namespaces', () => {
    expect(['com', 'io', 'de', 'dev'].map(isPublicTail)).toEqual([true, true, true, true])
    expect(['prod', 'shop', 'kube-system'].map(isPublicTail)).toEqual([false, false, false])
  })
})
