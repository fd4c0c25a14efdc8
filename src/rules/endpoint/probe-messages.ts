import type { ProbeKind } from '../../network/workloads/probes.ts'

/** What a kubelet's probe ran into. */
export type ProbeFailure =
  /** Nothing listens on the port, or a firewall rejects. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'unreachable' }
  /** The connection was cut without an answer. */
  | { readonly kind: 'cut' }
  /** It was answered with an HTTP status outside of 200..399. */
  | { readonly kind: 'status'; readonly code: number }
  /** The probe speaks HTTP and the server TLS. */
  | { readonly kind: 'wants-tls' }
  /** The probe speaks TLS and the server plain HTTP. */
  | { readonly kind: 'wants-plain' }
  | { readonly kind: 'tls' }
  /** A gRPC health server that says it is not serving. */
  | { readonly kind: 'not-serving' }
  /** A command failed, or an error of another kind. */
  | { readonly kind: 'other' }

export interface ProbeMessage {
  readonly probe: ProbeKind
  readonly failure: ProbeFailure
  /** What follows the kubelet's own words: the output of the command, or the error. */
  readonly said: string
}

const patterns: readonly (readonly [RegExp, ProbeFailure])[] = [
  [/server gave HTTP response to HTTPS client/i, { kind: 'wants-plain' }],
  [/malformed HTTP (response|status)[^\n]*\\x15\\x03/i, { kind: 'wants-tls' }],
  [/connection refused/i, { kind: 'refused' }],
  [/no route to host|network is unreachable|host is unreachable/i, { kind: 'unreachable' }],
  [/NOT_SERVING/, { kind: 'not-serving' }],
  [/deadline exceeded|i\/o timeout|Client\.Timeout|timed out|timeout:/i, { kind: 'timeout' }],
  [/tls:|x509:|certificate/i, { kind: 'tls' }],
  [/connection reset by peer|\bEOF\b|broken pipe/i, { kind: 'cut' }],
]

/**
 * Reads the message of an `Unhealthy` event. `undefined` when it is not about a probe.
 *
 * @example decodeProbeMessage('Readiness probe failed: HTTP probe failed with statuscode: 404')
 */
export function decodeProbeMessage(message: string): ProbeMessage | undefined {
  const head = /^(Readiness|Liveness|Startup) probe (?:failed|errored)[^:]*:?\s*/.exec(message)
  if (head === null) return undefined
  const probe = head[1] === 'Readiness' ? 'readiness' : head[1] === 'Liveness' ? 'liveness' : 'startup'
  const said = message.slice(head[0].length).trim()
  return { probe, failure: failureOf(said), said }
}

function failureOf(text: string): ProbeFailure {
  const status = /^HTTP probe failed with statuscode: (\d{3})/.exec(text)
  if (status !== null) return { kind: 'status', code: Number(status[1]) }
  return patterns.find(([pattern]) => pattern.test(text))?.[1] ?? { kind: 'other' }
}
