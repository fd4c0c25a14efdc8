/** Rules that this cluster cannot show, with the reason; docs/truth.md lists them. */
export const notStaged: Readonly<Record<string, string>> = {
  'service/named-target-port-partial': 'no client fails: the pods that lack the name get no traffic',
  'service/session-affinity-skew': 'no client fails: the load is uneven',
  'service/long-lived-connection-skew': 'no client fails: the load is uneven',
  'service/single-endpoint': 'no client fails before the next restart',
  'service/manual-endpoint-pins-pod-ip': 'no client fails before the next restart',
  'client/hardcoded-pod-ip': 'no client fails before the next restart',
  'client/hardcoded-pod-ip-in-configmap': 'no client fails before the next restart',
  'client/hardcoded-cluster-ip': 'no client fails before the Service is made anew',
  'endpoint/some-not-ready': 'no client fails: the ready endpoints answer',
  'endpoint/no-readiness-probe': 'no client fails: worth knowing only',
  'endpoint/probe-on-other-port': 'no client fails: worth knowing only',
  'client/no-network-sandbox': 'needs a broken network plugin',
}
