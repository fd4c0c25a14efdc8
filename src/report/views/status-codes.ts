import type { Prediction } from '../../trace/prediction.ts'

/** What a code can come from that no object of the API proves, and where to look. */
export interface CodeHint {
  readonly cause: string
  readonly look: string
}

type Hints = Readonly<Record<number, readonly CodeHint[]>>

const hint = (cause: string, look: string): CodeHint => ({ cause, look })

const common: Hints = {
  400: [
    hint(
      'plain HTTP to a port that speaks TLS, or the other way round',
      'the protocol of the backend port, in its appProtocol and in the annotations',
    ),
    hint('headers that are too large for the application', 'its own log'),
  ],
  401: [
    hint(
      'the application asks for credentials itself',
      'the header WWW-Authenticate of the answer names who asks',
    ),
  ],
  403: [
    hint(
      'an allow-list that sees another address than the client has',
      'externalTrafficPolicy of the Service in front, and the list of the annotation',
    ),
    hint('the application refuses', 'its own log'),
  ],
  404: [
    hint(
      'the application does not know the path as it arrives there',
      'the rewritten path above, and its own log',
    ),
  ],
  413: [hint('a body above the limit of the proxy (1m for ingress-nginx)', 'the annotation proxy-body-size')],
  500: [hint('the application fails', 'its own log')],
  502: [
    hint(
      'nothing listens on the port of the pod, or only on loopback',
      'kubectl get --raw of the pod through the API server, or a socket list in the pod',
    ),
    hint(
      'TLS spoken to a plain port, or plain to TLS',
      'backend-protocol, appProtocol, and the port of the pod',
    ),
    hint(
      'the pod closes the connection: a crash, or a keep-alive shorter than the proxy’s',
      'restarts, and the log before',
    ),
  ],
  503: [
    hint(
      'endpoints were empty for a moment: a rollout, or flapping readiness',
      'events of the pods, kubectl get endpointslice -w',
    ),
    hint('the application is overloaded and says so', 'the header Server or the body of the answer'),
  ],
  504: [
    hint(
      'the application takes longer than the proxy waits',
      'the log of the proxy, and its read time limit (60 s)',
    ),
    hint('packets are dropped between nodes', 'the same request to a pod on the node of the proxy'),
  ],
}

const ofEnvoy: Hints = {
  503: [
    hint(
      'a connection that is refused or times out: Envoy says 503 (UF), not 502',
      'response flags in its log',
    ),
    hint('a mesh that asks for mTLS', 'PeerAuthentication of the namespace'),
  ],
}

const envoys: ReadonlySet<string> = new Set(['contour', 'istio', 'envoy-gateway', 'cilium'])

/** Further causes of a code, most frequent first. */
export function codeHints(code: number, prediction: Prediction | undefined): readonly CodeHint[] {
  const serving = prediction?.answer.serving
  const isEnvoy = serving?.is === 'served' && envoys.has(serving.controller.product)
  return [...(isEnvoy ? (ofEnvoy[code] ?? []) : []), ...(common[code] ?? [])]
}
