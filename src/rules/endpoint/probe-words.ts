import { probePort, probePortNumber } from '../../network/workloads/probes.ts'
import type { Container, Probe } from '../../snapshot/kinds/pod-spec.ts'
import { say, type Text, word } from '../text.ts'

/** What a probe asks, as `kubectl describe` writes it: `GET http://:8080/ready`, `TCP :5432`, `exec [test -e /ready]`. */
export function asks(container: Container, probe: Probe): Text {
  const { httpGet, tcpSocket, grpc, exec } = probe
  const at = port(container, probe)
  if (httpGet !== undefined) {
    const scheme = word(httpGet.scheme === 'HTTPS' ? 'https' : 'http')
    return say`GET ${scheme}://:${at}${httpGet.path ?? '/'}`
  }
  if (tcpSocket !== undefined) return say`TCP :${at}`
  if (grpc !== undefined) return say`gRPC :${at}`
  return exec === undefined ? word('(empty)') : say`exec [${exec.command.join(' ')}]`
}

/** The number where there is one, else the name as written. */
function port(container: Container, probe: Probe): string {
  return String(probePortNumber(container, probe) ?? probePort(probe) ?? '')
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
