import { describe, expect, test } from 'vitest'
import { declaresPort, mentionsPort, probesPort } from '../../../src/rules/service/pod-ports.ts'
import { parsePodSpec } from '../../../src/snapshot/kinds/pod-spec.ts'

const spec = parsePodSpec({
  initContainers: [
    { name: 'setup', ports: [{ containerPort: 7000 }] },
    { name: 'proxy', restartPolicy: 'Always', ports: [{ containerPort: 9000 }] },
  ],
  containers: [
    {
      name: 'web',
      args: ['--listen=:8443', '--db=10.1.2.3:5432', '--build=1.18081.2'],
      ports: [
        { name: 'http', containerPort: 8080 },
        { containerPort: 53, protocol: 'UDP' },
      ],
      readinessProbe: { httpGet: { port: 'http' } },
      livenessProbe: { tcpSocket: { port: 8081 } },
    },
  ],
})

describe('ports of a pod', () => {
  test('are declared by containers and native sidecars, each for its protocol', () => {
    expect([8080, 9000, 7000].map((port) => declaresPort(spec, port, 'TCP'))).toEqual([true, true, false])
    expect(declaresPort(spec, 53, 'UDP')).toBe(true)
    expect(declaresPort(spec, 53, 'TCP')).toBe(false)
  })

  test('are met by probes, by number and by name', () => {
    expect([8080, 8081, 9000].map((port) => probesPort(spec, port))).toEqual([true, true, false])
  })

  test('are hinted at by whole numbers in arguments', () => {
    expect([8443, 5432, 844, 18081].map((port) => mentionsPort(spec, port))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
