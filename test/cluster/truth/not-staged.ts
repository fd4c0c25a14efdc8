const restart = 'no client fails before the next restart'
const uneven = 'no client fails: the load is uneven'
const noted = 'no client fails: worth knowing only'

/** Rules that this cluster cannot show, with the reason; docs/truth.md lists them. */
export const notStaged: Readonly<Record<string, string>> = {
  'client/hardcoded-cluster-ip': 'no client fails before the Service is made anew',
  'client/hardcoded-pod-ip': restart,
  'client/hardcoded-pod-ip-in-configmap': restart,
  'client/no-network-sandbox': 'needs a broken network plugin',
  'endpoint/all-not-ready': 'every fault that could be staged is named by a rule that knows more',
  'endpoint/no-readiness-probe': noted,
  'endpoint/only-terminating': 'the endpoints that terminate still answer',
  'endpoint/probe-on-other-port': noted,
  'endpoint/readiness-flapping': 'no client fails for as long as another endpoint is ready',
  'endpoint/some-not-ready': 'no client fails: the ready endpoints answer',
  'node/cni-agent-not-ready': 'the network plugin of this cluster runs no agent',
  'node/kube-proxy-not-ready': 'kube-proxy is no pod in this cluster',
  'node/network-unavailable': 'the network plugin of this cluster sets no such condition',
  'node/pod-ip-exhausted': 'needs 254 pods on one node',
  'service/apiservice-unavailable': 'the failing client is the API server itself',
  'service/long-lived-connection-skew': uneven,
  'service/manual-endpoint-pins-pod-ip': restart,
  'service/named-target-port-partial': 'no client fails: the pods that lack the name get no traffic',
  'service/session-affinity-skew': uneven,
  'service/single-endpoint': restart,
  'service/topology-hints-skew': uneven,
  'service/webhook-backend-unavailable': 'the failing client is the API server itself',
}
