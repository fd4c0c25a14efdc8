import type { ClusterDns } from '../../network/dns/cluster-dns.ts'
import type { CorefileTrouble } from '../../network/dns/corefile/model.ts'
import { place } from '../../network/traffic/place.ts'
import { isReady } from '../../network/workloads/pods.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say, type Text, word } from '../text.ts'
import { dnsPods, lineEvidence, stateEvidence } from './dns-pods.ts'

export default defineRule({
  id: 'dns/corefile-invalid',
  title: 'Corefile that CoreDNS refuses',
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
    means:
      'A running CoreDNS keeps the configuration that it has; one that starts ends at once. So it fails now, or when its pods are next restarted.',
    why: 'A brace is missing, a plugin or an option is mistyped, hosts entries stand behind `fallthrough`, a zone is served twice.',
    proof:
      'The Corefile, read with the grammar of CoreDNS: the first line that it refuses. It is an error while a DNS pod is down, else a warning.',
    fix: 'Correct the line. CoreDNS with `reload` takes it within a minute.',
    falseAlarmWhen:
      'An image of your own may have more plugins: an unknown plugin is then a warning. Files that an `import` may or may not find are not missed.',
  },
  check(dns) {
    const [trouble] = dns.corefile?.troubles ?? []
    if (trouble === undefined || dns.configMap === undefined) return undefined
    const reference = referenceTo(dns.configMap)
    const pods = dnsPods(dns)
    const down = pods.filter((pod) => !isReady(pod))
    const mayKnow = trouble.sort === 'plugin' && !isUsualImage(dns)
    return {
      proof: 'likely',
      severity: down.length > 0 && !mayKnow ? 'error' : 'warning',
      about: reference,
      place: place.dns,
      alsoAt: dns.workloads.map(place.pods),
      summary: say`${reference}: CoreDNS refuses its Corefile in ${where(trouble)}: ${trouble.message}`,
      detail:
        down.length > 0
          ? say`${down.length} of ${pods.length} DNS pods ${word(down.length === 1 ? 'is' : 'are')} down: a CoreDNS that starts ends at once.`
          : say`The CoreDNS that runs keeps the configuration that it had; when its pods are next restarted, no name resolves.`,
      evidence: [...(trouble.file === '' ? lineEvidence(dns, trouble.line) : []), ...stateEvidence(down)],
      advice: [
        mayKnow
          ? say`make sure that the image knows the plugin: kubectl -n ${reference.namespace ?? ''} logs -l k8s-app=kube-dns --tail=20`
          : say`kubectl -n ${reference.namespace ?? ''} edit configmap ${reference.name}`,
      ],
    }
  },
})

function where({ line, file }: CorefileTrouble): Text {
  return file === '' ? say`line ${line}` : say`line ${line} of the imported ${file}`
}

/** Builds of the project itself, and those of distributions that take it as it is. */
function isUsualImage({ workloads }: ClusterDns): boolean {
  const images = workloads.flatMap(({ spec }) => spec.containers.map(({ image = '' }) => image))
  return images.some((image) =>
    /^(?:(?:registry\.k8s\.io|k8s\.gcr\.io|registry\.aliyuncs\.com\/google_containers)\/(?:coredns\/)?coredns|(?:docker\.io\/)?coredns\/coredns|(?:docker\.io\/)?rancher\/mirrored-coredns-coredns)[:@]/.test(
      image,
    ),
  )
}
