/** Rules that this cluster cannot show, with the reason; docs/truth.md lists them. */
export const notStaged: Readonly<Record<string, string>> = {
  'client/hardcoded-cluster-ip': 'no client fails before the Service is made anew',
  'client/hardcoded-pod-ip-in-configmap': 'no client fails before the next restart',
  'client/no-network-sandbox': 'needs a broken network plugin',
  'endpoint/some-not-ready': 'every fault that could be staged is named by a rule that knows more',
  'node/cni-agent-not-ready': 'the network plugin of this cluster runs no agent',
  'node/kube-proxy-not-ready': 'kube-proxy is no pod in this cluster',
  'node/network-unavailable': 'the network plugin of this cluster sets no such condition',
}
