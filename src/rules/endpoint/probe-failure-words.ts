import { probePortNumber } from '../../network/workloads/probes.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Container, Probe } from '../../snapshot/kinds/pod-spec.ts'
import { say, type Text, word } from '../text.ts'
import { editCommand, logsCommand } from './commands.ts'
import type { ProbeFailure, ProbeMessage } from './probe-messages.ts'

/** What the probe meets, after `the readiness probe of container app`. */
export function failureWords(message: ProbeMessage | undefined, probe: Probe): Text {
  if (message === undefined) return word('does not succeed')
  if (probe.exec !== undefined)
    return message.failure.kind === 'timeout' ? word('does not end in time') : word('fails')
  const { failure, said } = message
  switch (failure.kind) {
    case 'status':
      return say`is answered ${failure.code}`
    case 'refused':
      return word('is refused')
    case 'timeout':
      return say`gets no answer within ${probe.timeoutSeconds ?? 1} s`
    case 'unreachable':
      return word('does not reach the pod')
    case 'cut':
      return word('is cut off without an answer')
    case 'wants-tls':
      return word('speaks HTTP to a server that speaks TLS')
    case 'wants-plain':
      return word('speaks HTTPS to a server that speaks plain HTTP')
    case 'tls':
      return word('fails in the TLS handshake')
    case 'not-serving':
      return word('is answered NOT_SERVING')
    case 'other':
      return say`fails: ${said}`
  }
}

/** What that usually means; ends with a space, or is empty. */
export function failureHint(message: ProbeMessage | undefined, container: Container, probe: Probe): Text {
  if (message === undefined) return word('No event tells why: events are kept for about an hour. ')
  if (probe.exec !== undefined) {
    return message.said === '' ? word('The command prints nothing. ') : say`It says: ${message.said}. `
  }
  const hint = hintOf(message.failure, container, probe)
  return hint === undefined ? [] : say`${hint} `
}

function hintOf(failure: ProbeFailure, container: Container, probe: Probe): Text | undefined {
  switch (failure.kind) {
    case 'status':
      return statusHint(failure.code)
    case 'refused':
      return portHint(container, probe)
    case 'timeout':
      return word('The server is too slow for timeoutSeconds, or accepts and never answers.')
    case 'unreachable':
      return word(
        'The kubelet cannot reach the pod from its own node: look at the network agent of that node.',
      )
    case 'cut':
      return word('Something listens there that does not speak this protocol, or it dies over the request.')
    case 'wants-tls':
      return word('Set the scheme of the probe to HTTPS.')
    case 'wants-plain':
      return word('Set the scheme of the probe to HTTP.')
    case 'not-serving':
      return word('The server runs and says that it cannot serve.')
    case 'tls':
    case 'other':
      return undefined
  }
}

function statusHint(code: number): Text {
  if (code === 404) return word('404 means that the server has no such path.')
  if (code === 401 || code === 403)
    return say`${code} means that the path wants a login, which a probe has not.`
  if (code === 400)
    return word('400 may mean plain HTTP to a TLS port, or a Host that the server does not know.')
  if (code >= 500)
    return say`${code} means that the application runs and says that it is not ready: its log tells why.`
  return say`Only 200 to 399 count as success.`
}

/** Where else the container may listen: a port that it declares and the probe does not ask. */
function portHint(container: Container, probe: Probe): Text {
  const asked = probePortNumber(container, probe)
  const declared = container.ports.map(({ containerPort }) => containerPort)
  const [only] = declared
  if (asked !== undefined && only !== undefined && declared.length === 1 && only !== asked) {
    return say`Nothing listens on ${asked}; the container declares port ${only}.`
  }
  return word('Nothing listens there, or only on 127.0.0.1.')
}

interface Failing {
  readonly pod: Pod
  readonly container: Container
  readonly probe: Probe
  readonly workload: Workload
}

/** Commands that show more, then the one that opens what is to be corrected. */
export function failureAdvice(
  message: ProbeMessage | undefined,
  { pod, container, probe, workload }: Failing,
): readonly Text[] {
  const namespace = pod.metadata.namespace ?? ''
  const logs = logsCommand(pod, container.name, 'now')
  const number = probePortNumber(container, probe)
  const { httpGet, exec } = probe
  if (exec !== undefined) {
    return [
      exec.command.reduce<Text>(
        // Each word apart, so that each is quoted as one.
        (line, part) => say`${line} ${part}`,
        say`kubectl -n ${namespace} exec ${pod.metadata.name} -c ${container.name} --`,
      ),
      logs,
    ]
  }
  const isStatus = message?.failure.kind === 'status'
  if (httpGet === undefined || number === undefined || !isStatus) return [logs, editCommand(workload)]
  // The API server's proxy asks the pod as the kubelet does, without a tool in the pod.
  const target = `${(httpGet.scheme ?? 'HTTP').toLowerCase()}:${pod.metadata.name}:${number}`
  const path = `/api/v1/namespaces/${namespace}/pods/${target}/proxy/${(httpGet.path ?? '').replace(/^\//, '')}`
  return [say`kubectl get --raw ${path}`, editCommand(workload)]
}
