const noClusterPolicies = 'the enforcer of this cluster knows no cluster-wide policies'
const noLoadBalancers = 'this cluster has no controller for load balancers'
const nothingFails = 'no client fails: what the policy lets through stays the same, or is more than was meant'

const noOtherDns = 'would change the DNS of the whole cluster, and so of all other cases'
const nothingOutside = 'the tests send nothing to the internet'

/** Rules that this cluster cannot show, with the reason; docs/truth.md lists them. */
export const notStaged: Readonly<Record<string, string>> = {
  'client/hardcoded-cluster-ip': 'no client fails before the Service is made anew',
  'client/hardcoded-pod-ip-in-configmap': 'no client fails before the next restart',
  'client/no-network-sandbox': 'needs a broken network plugin',
  'dns/coredns-isolated-by-policy': noOtherDns,
  'dns/coredns-restarting': noOtherDns,
  'dns/corefile-hijacks-name': noOtherDns,
  'dns/corefile-invalid': noOtherDns,
  'dns/corefile-zone-missing': noOtherDns,
  'dns/custom-nameserver-bypasses-cluster': nothingOutside,
  'dns/forward-loop': noOtherDns,
  'dns/headless-without-records':
    'what fails is that the pods never become ready, which endpoint/all-not-ready names',
  'dns/mixed-nameservers': nothingOutside,
  'dns/no-ready-endpoints': noOtherDns,
  'dns/resolv-conf-overwritten': nothingOutside,
  'dns/service-missing-or-unbound': noOtherDns,
  'dns/service-ports-wrong': noOtherDns,
  'dns/statefulset-governing-service': 'names of single pods fail, which no rule calls an error',
  'gateway/backend-no-ready-endpoints': 'a symptom: its cause is named instead',
  'gateway/backend-tls-policy-invalid': 'needs a server that speaks TLS',
  'gateway/certificate-ref-invalid': 'Traefik answers with a certificate of its own, and then by routes',
  'gateway/class-not-accepted': 'needs a GatewayClass for the whole cluster',
  'gateway/controller-disagrees': 'Traefik refuses no route of these that the specification allows',
  'gateway/filter-reference-missing': 'no client fails: only copies are lost',
  'gateway/listenerset-not-allowed': 'Traefik knows no ListenerSet',
  'gateway/not-programmed': 'what Traefik does not program is told by its listeners or its class',
  'gateway/route-ignored': 'Traefik looks at all routes',
  'gateway/status-stale': 'Traefik keeps up',
  'loadbalancer/class-unclaimed': noLoadBalancers,
  'loadbalancer/local-policy-no-endpoint-node': noLoadBalancers,
  'loadbalancer/no-eligible-node': noLoadBalancers,
  'loadbalancer/pending': noLoadBalancers,
  'loadbalancer/targets-unhealthy': noLoadBalancers,
  'node/network-unavailable': 'only an agent or a cloud sets the condition, and this cluster has neither',
  'policy/admin-deny-covers-pods': noClusterPolicies,
  'policy/admin-tier-denies': noClusterPolicies,
  'policy/allow-all-makes-others-moot': nothingFails,
  'policy/cidr-not-canonical': 'the enforcer of this cluster reads such a block as the API does',
  'policy/dns-rule-misses-node-local-cache': 'this cluster has no DNS cache on its nodes',
  'policy/end-port-not-honoured': 'the enforcer of this cluster honours endPort',
  'policy/equal-priority-overlap': noClusterPolicies,
  'policy/except-removes-needed-range':
    'where a client is denied, policy/ingress-denied or policy/egress-denied names it',
  'policy/invalid-admin-policy': noClusterPolicies,
  'policy/invalid-policy': 'the API server refuses such a policy',
  'policy/ipblock-targets-pod-range': 'the enforcer of this cluster compares pods with addresses',
  'policy/not-enforced':
    'the network plugin of this cluster is no DaemonSet, by which it would be recognised',
  'policy/policy-without-effect': nothingFails,
  'policy/port-written-as-text': 'the API server refuses such a policy',
  'policy/rule-covered-by-another': nothingFails,
  'policy/selects-host-network-pods': nothingFails,
  'policy/two-admin-generations': noClusterPolicies,
}
