import { client, networkPolicy, server, service } from '../kit/objects.ts'
import type { Stage } from '../kit/stage.ts'
import type { TruthCase } from './case.ts'

type Json = Readonly<Record<string, unknown>>

/** What a client feels where a policy denies: the enforcer drops, or rejects. */
export const denied = { feels: 'timeout', feelsWithReject: 'refused' } satisfies Partial<TruthCase>

/**
 * What it feels where a policy denies its DNS queries. An enforcer that rejects answers each with an ICMP message, of which the
 * kernel sends about one a second (net.ipv4.icmp_ratelimit); the other queries of a client time out.
 */
export const deniedDns = {
  feels: 'timeout',
  feelsWithReject: ['refused', 'timeout'],
} satisfies Partial<TruthCase>

/** What `API_URL` says where the client is to be seen to dial the server. */
export const dialsApi = { API_URL: 'http://api/' }

/**
 * A client `curl` and a server `api` behind a Service, port 80 to 8080, both ready; then the policies. Without `dials` nothing
 * shows that the client calls anybody, so that only what is odd in the policies themselves can be said.
 */
export async function fence(
  stage: Stage,
  dials: Readonly<Record<string, string>>,
  ...policies: readonly ReturnType<typeof networkPolicy>[]
): Promise<void> {
  await stage.apply(server({ name: 'api' }), service('api', { app: 'api' }), client('curl', dials))
  await stage.ready('deployment/api', 'deployment/curl')
  if (policies.length > 0) await stage.apply(...policies)
}

/** A policy for the pods of `api` that lets in by these rules only. */
export function intoApi(...ingress: readonly Json[]): ReturnType<typeof networkPolicy> {
  return networkPolicy('api-ingress', { podSelector: app('api'), policyTypes: ['Ingress'], ingress })
}

/** A policy for the pods of `curl` that lets out by these rules only. */
export function outOfCurl(...egress: readonly Json[]): ReturnType<typeof networkPolicy> {
  return networkPolicy('curl-egress', { podSelector: app('curl'), policyTypes: ['Egress'], egress })
}

/** A selector of the pods of one application. */
export function app(name: string): Json {
  return { matchLabels: { app: name } }
}

/** A selector of one namespace. */
export function namespaceNamed(name: string): Json {
  return { matchLabels: { 'kubernetes.io/metadata.name': name } }
}

const dnsPods = {
  namespaceSelector: namespaceNamed('kube-system'),
  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
}

/** An egress rule to the pods of cluster DNS. */
export function toDns(
  ports: readonly Json[] = [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
): Json {
  return { to: [dnsPods], ports }
}
