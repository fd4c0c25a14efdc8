import type { ClusterDns } from '../../network/dns/cluster-dns.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { dnsPods, lineEvidence } from './dns-pods.ts'

/** What CoreDNS's plugin `loop` says before it ends. Source: plugin/loop/loop.go. */
const said = /Loop \(.{1,200}\) detected for zone/

export default defineRule({
  id: 'dns/forward-loop',
  title: 'CoreDNS forwards to itself',
  subject: 'ClusterDns',
  severity: 'error',
  explains: ['dns-unavailable'],
  over: [
    'dns/no-ready-endpoints',
    'dns/coredns-restarting',
    'endpoint/backend-crashing',
    'endpoint/all-not-ready',
  ],
  docs: {
    means: 'CoreDNS ends as soon as it has started: no name resolves.',
    why:
      'It forwards to the servers of its /etc/resolv.conf, and there stands a loopback address (systemd-resolved on the node) or the DNS Service ' +
      'itself, because its pods do not have `dnsPolicy: Default`.',
    proof:
      'Its own last words, in the termination message or in the log that `--logs` reads: "Loop ... detected".',
    fix: 'Forward to real servers, or let the kubelet use the resolv.conf behind systemd-resolved (`resolvConf: /run/systemd/resolve/resolv.conf`).',
    falseAlarmWhen: 'The shape of the Corefile proves nothing: without those words it is silent.',
  },
  check(dns, network) {
    const [workload] = dns.workloads
    const words = lastWords(dns, network).find((text) => said.test(text))
    if (workload === undefined || words === undefined) return undefined
    const forward = dns.servers
      .flatMap(({ plugins }) => plugins)
      .find((plugin) => plugin.kind === 'forward' && plugin.from === '.')
    const line = words.split('\n').find((text) => said.test(text)) ?? words
    const { dnsPolicy = 'ClusterFirst' } = workload.spec
    return {
      proof: 'likely',
      about: workload.reference,
      place: place.pods(workload),
      alsoAt: [place.dns],
      summary: say`${workload.reference}, the DNS of the cluster, forwards to itself and ends at once: no name resolves`,
      detail: say`It says: ${line.trim().slice(0, 300)}`,
      evidence: [
        ...(forward === undefined || dns.isAssumed ? [] : lineEvidence(dns, forward.line)),
        { reference: workload.reference, field: `${workload.specPath}.dnsPolicy`, value: dnsPolicy },
      ],
      advice: [
        dnsPolicy === 'Default'
          ? say`forward to real servers instead of /etc/resolv.conf, or point resolvConf of the kubelets to /run/systemd/resolve/resolv.conf`
          : say`set dnsPolicy: Default in ${workload.reference}`,
      ],
    }
  },
})

function lastWords(dns: ClusterDns, { inventory }: Network): readonly string[] {
  const pods = dnsPods(dns)
  const messages = pods.flatMap(({ status }) =>
    status.containerStatuses.flatMap(({ state, lastState }) => [
      state.terminated?.message ?? '',
      lastState.terminated?.message ?? '',
    ]),
  )
  const places = pods.map(({ metadata }) => `${place.pod(metadata.namespace ?? '', metadata.name)} `)
  const logs = inventory.snapshot.observations
    .filter((item) => item.check === 'previous-log' && places.some((start) => item.place.startsWith(start)))
    .map(({ result }) => String(result['lines'] ?? ''))
  return [...messages, ...logs]
}
