import { probePort, probePortNumber } from '../../network/workloads/probes.ts'
import type { Container, Probe } from '../../snapshot/kinds/pod-spec.ts'
import { say, type Text, word } from '../text.ts'

/** What a probe asks: `GET /healthz on port 8080 (HTTP)`, `a TCP connection to port 5432`, `the command test -e /ready`. */
export function asks(container: Container, probe: Probe): Text {
  const { httpGet, tcpSocket, grpc, exec } = probe
  if (httpGet !== undefined) {
    const { path = '/', scheme = 'HTTP' } = httpGet
    return say`GET ${path} on ${port(container, probe)} (${scheme})`
  }
  if (tcpSocket !== undefined) return say`a TCP connection to ${port(container, probe)}`
  if (grpc !== undefined) return say`gRPC health on ${port(container, probe)}`
  if (exec !== undefined) return say`the command ${exec.command.join(' ')}`
  return word('nothing')
}

/** `port 8080`, `port http = 8080`. */
function port(container: Container, probe: Probe): Text {
  const written = probePort(probe)
  const number = probePortNumber(container, probe)
  if (typeof written === 'string' && number !== undefined) return say`port ${written} = ${number}`
  return say`port ${String(written ?? '')}`
}

/** The fields of a probe that say what it asks, with their values, below `field`. */
export function probeFields(
  field: string,
  probe: Probe,
): readonly { readonly field: string; readonly value: string | number | undefined }[] {
  const { httpGet, tcpSocket, grpc, exec } = probe
  if (httpGet !== undefined) {
    return [
      { field: `${field}.httpGet.path`, value: httpGet.path ?? '/' },
      { field: `${field}.httpGet.port`, value: httpGet.port },
      { field: `${field}.httpGet.scheme`, value: httpGet.scheme ?? 'HTTP' },
    ]
  }
  if (tcpSocket !== undefined) return [{ field: `${field}.tcpSocket.port`, value: tcpSocket.port }]
  if (grpc !== undefined) return [{ field: `${field}.grpc.port`, value: grpc.port }]
  return exec === undefined ? [] : [{ field: `${field}.exec.command`, value: exec.command.join(' ') }]
}
