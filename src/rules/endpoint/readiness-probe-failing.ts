import { eventsAbout } from '../../network/inventory/events.ts'
import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { isActivePassive } from './active-passive.ts'
import { backendOf, consequence, readyRatio, severityOf } from './backend.ts'
import { containerField } from './containers.ts'
import { failingProbe, failingProbeEvidence } from './failing-probe.ts'
import { failureAdvice, failureHint, failureWords } from './probe-failure-words.ts'
import { asks, probeFields } from './probe-words.ts'
import { freshness } from './settling.ts'

export default defineRule({
  id: 'endpoint/readiness-probe-failing',
  title: 'Readiness probe that fails',
  subject: 'Workload',
  severity: 'error',
  explains: ['no-ready-endpoints'],
  over: ['endpoint/all-not-ready', 'endpoint/some-not-ready'],
  docs: {
    means: 'The containers run, but the kubelet may not send them traffic: the pods are no ready endpoints.',
    why:
      'The probe asks for a path, port or scheme that the server does not have, the server is too slow or not up, or it ' +
      'says itself that it cannot work.',
    proof:
      'The container runs, has a readiness probe and is not ready for longer than the probe allows; the newest ' +
      '`Unhealthy` event of that pod says what the probe ran into.',
    fix: 'Correct path, port, scheme or timeout of the probe, or mend what the application waits for.',
    falseAlarmWhen:
      'Silent inside the start budget (initialDelaySeconds + failureThreshold x periodSeconds, and the startup probe), for ' +
      'pods being deleted, for sets of which only the leader is ready, and for containers that crash: that is another ' +
      'finding. Events older than the container are not used. A warning while other endpoints carry the load.',
  },
  check(workload, network) {
    const backend = backendOf(workload, network)
    if (backend === undefined || isActivePassive(backend.pods)) return undefined
    const failing = backend.pods.flatMap((pod) => failingProbe(pod, network) ?? [])
    const [first] = failing
    if (first === undefined || backend.services.every(({ spec }) => spec.publishNotReadyAddresses === true))
      return undefined
    const { pod, observed, probe, message } = first
    const { container } = observed
    const fresh = freshness(pod, network)
    const hasEvents = eventsAbout(pod, network.inventory).gaps.length === 0
    const field = `${containerField(workload, container.name)}.readinessProbe`
    return {
      proof: 'proven',
      severity: severityOf(backend),
      place: place.pods(workload),
      alsoAt: failing.map((item) => place.pod(workload.namespace, item.pod.metadata.name)),
      summary: say`${workload.reference}: readiness probe ${asks(container, probe)} of container ${container.name} ${failureWords(message, probe)}; ${readyRatio(backend)}`,
      detail: say`${hasEvents ? failureHint(message, container, probe) : word('Its events were not read, so it is not known why. ')}${consequence(backend)}${fresh === undefined ? [] : say` ${fresh}`}`,
      evidence: [
        ...failing.slice(0, 3).flatMap(failingProbeEvidence),
        ...probeFields(field, probe).map((item) => ({ reference: workload.reference, ...item })),
      ],
      advice: failureAdvice(message, { pod, container, probe, workload }),
    }
  },
})
