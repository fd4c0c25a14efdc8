/**
 * The plugins of CoreDNS in the order in which a query passes them: fixed when it is compiled, whatever the order in the
 * file. Source: coredns 1.14, plugin.cfg.
 */
export const pluginOrder: readonly string[] = [
  ...['root', 'metadata', 'geoip', 'cancel', 'tls', 'quic', 'grpc_server', 'https', 'https3', 'timeouts'],
  ...['multisocket', 'reload', 'nsid', 'bufsize', 'bind', 'debug', 'trace', 'ready', 'health', 'pprof'],
  ...['prometheus', 'errors', 'log', 'dnstap', 'local', 'dns64', 'acl', 'any', 'chaos', 'loadbalance'],
  ...['tsig', 'cache', 'rewrite', 'header', 'dnssec', 'autopath', 'minimal', 'template', 'transfer', 'hosts'],
  ...['route53', 'azure', 'clouddns', 'k8s_external', 'kubernetes', 'file', 'auto', 'secondary', 'etcd'],
  ...['loop', 'forward', 'grpc', 'erratic', 'whoami', 'on', 'sign', 'view', 'nomad'],
]

const known: ReadonlySet<string> = new Set(pluginOrder)

/** `import` is of the grammar; `proxy`, `federation` and `upstream` were plugins once, and are refused today. */
export function isKnownPlugin(name: string): boolean {
  return known.has(name)
}

/** Plugins that may answer a query, with data that is in no object. */
export const foreignBackends: ReadonlySet<string> = new Set([
  ...['route53', 'azure', 'clouddns', 'k8s_external', 'file', 'auto', 'secondary', 'etcd', 'nomad'],
  ...['grpc', 'erratic', 'whoami', 'dns64', 'any', 'sign'],
])

/** Plugins that pass a query on as it is, as far as a pod's addresses are concerned. */
export const transparentPlugins: ReadonlySet<string> = new Set([
  ...['root', 'metadata', 'geoip', 'cancel', 'tls', 'timeouts', 'multisocket', 'reload', 'nsid', 'bufsize'],
  ...['bind', 'debug', 'trace', 'ready', 'health', 'pprof', 'prometheus', 'errors', 'log', 'dnstap'],
  ...[
    'local',
    'chaos',
    'loadbalance',
    'cache',
    'header',
    'dnssec',
    'autopath',
    'minimal',
    'transfer',
    'loop',
  ],
  ...['on', 'quic', 'https', 'https3', 'grpc_server'],
])
