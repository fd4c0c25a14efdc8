import { expect, test } from 'vitest'
import { Network } from '../../../src/network/network.ts'
import { manifestCoverage } from '../../../src/snapshot/files/coverage.ts'
import { parseObject } from '../../../src/snapshot/kinds/kinds.ts'

/** The endpoints of a Service with one port `http`, whose slice calls its port otherwise. */
function endpoints(clusterIP: string): readonly (number | undefined)[] {
  const metadata = { name: 'web', namespace: 'shop' }
  const labels = { 'kubernetes.io/service-name': 'web' }
  const values = [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP, ports: [{ name: 'http', port: 80 }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels },
      ports: [{ name: 'web', port: 8080 }],
      endpoints: [{ addresses: ['192.0.2.1'] }],
    },
  ]
  const network = Network.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: values.flatMap((value) => parseObject(value) ?? []),
    coverage: manifestCoverage(true),
    observations: [],
  })
  const [service] = network.services.in('shop').items
  return service === undefined
    ? []
    : network.services.endpoints(service).items.map(({ targetPort }) => targetPort)
}

test('a port that no slice has leaves a cluster IP without endpoints', () => {
  expect(endpoints('10.96.0.1')).toEqual([])
})

test('a headless Service has its addresses all the same: only the number is missing', () => {
  expect(endpoints('None')).toEqual([undefined])
})
