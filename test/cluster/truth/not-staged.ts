const noted = 'no client fails: worth knowing only'

/** Rules that this cluster cannot show, with the reason; docs/truth.md lists them. */
export const notStaged: Readonly<Record<string, string>> = {
  'client/hardcoded-cluster-ip': 'no client fails before the Service is made anew',
  'client/hardcoded-pod-ip-in-configmap': 'no client fails before the next restart',
  'client/no-network-sandbox': 'needs a broken network plugin',
  'endpoint/all-not-ready': 'every fault that could be staged is named by a rule that knows more',
  'endpoint/no-readiness-probe': noted,
  'endpoint/probe-on-other-port': noted,
  'endpoint/readiness-flapping':
    'needs restarts over a long time, and no client fails while another endpoint is ready',
  'node/cni-agent-not-ready': 'the network plugin of this cluster runs no agent',
  'node/kube-proxy-not-ready': 'kube-proxy is no pod in this cluster',
  'node/network-unavailable': 'the network plugin of this cluster sets no such condition',
  'service/long-lived-connection-skew': 'no client of these tests keeps a connection',
}
