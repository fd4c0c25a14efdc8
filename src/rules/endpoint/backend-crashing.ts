import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import type { Evidence } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import { type Backend, backendOf, consequence, readyRatio, severityOf } from './backend.ts'
import { describeCommand, logsCommand } from './commands.ts'
import { type Trouble, troubleEvidence, troubleIn } from './container-trouble.ts'
import { exitWords, troubleWords } from './container-words.ts'
import { containerField } from './containers.ts'
import { configurationEvidence, configurationOf, configurationText } from './mounts.ts'
import { freshness } from './settling.ts'

export default defineRule({
  id: 'endpoint/backend-crashing',
  title: 'Backend whose containers crash or cannot start',
  subject: 'Workload',
  severity: 'error',
  explains: ['no-ready-endpoints', 'pod-not-running'],
  over: ['endpoint/all-not-ready', 'endpoint/some-not-ready', 'endpoint/readiness-flapping'],
  docs: {
    means: 'The pods behind a Service do not run, so they are no endpoints.',
    why:
      'The process ends with an error (a wrong file in a mounted ConfigMap, a missing variable), is killed for memory, ' +
      'or its image or configuration cannot be had.',
    proof:
      'The state of the container: waiting in CrashLoopBackOff, ImagePullBackOff, ErrImagePull, CreateContainerConfigError ' +
      'and their like, or ended (now or last time) with a non-zero code or OOMKilled, at least the second time. Waiting, ' +
      'ended and just restarted are one state.',
    fix: 'Read the last words of the container, then correct the image, the limit, the ConfigMap or the Secret it names.',
    falseAlarmWhen:
      'Silent for workloads that no Service selects, for Jobs, for pods that are Ready, and for old restarts. A warning ' +
      'while other endpoints carry the load.',
  },
  check(workload, network) {
    const backend = backendOf(workload, network)
    const troubled = backend?.pods.flatMap((pod) => {
      const trouble = troubleIn(pod, network)
      return trouble === undefined ? [] : [{ pod, trouble }]
    })
    const [first] = troubled ?? []
    if (backend === undefined || troubled === undefined || first === undefined) return undefined
    const { pod, trouble } = first
    const { container } = trouble.observed
    const sources = configurationOf(workload, container)
    return {
      proof: 'proven',
      severity: severityOf(backend),
      place: place.pods(workload),
      alsoAt: troubled.map((item) => place.pod(workload.namespace, item.pod.metadata.name)),
      summary: say`${workload.reference}: ${troubleWords(trouble)}; ${readyRatio(backend)}`,
      detail: detail(
        backend,
        trouble,
        sources.length === 0 ? [] : say` It is configured by ${configurationText(sources, workload)}.`,
        freshness(pod, network),
      ),
      evidence: [
        ...troubled.slice(0, 3).flatMap((item) => troubleEvidence(item.pod, item.trouble)),
        ...(trouble.kind === 'image' ? [imageEvidence(workload, container)] : []),
        ...configurationEvidence(sources, workload),
      ],
      advice: [
        trouble.kind === 'crash' ? logsCommand(pod, container.name, 'previous') : describeCommand(pod),
      ],
      logs:
        trouble.kind === 'crash'
          ? [{ namespace: workload.namespace, pod: pod.metadata.name, container: container.name }]
          : undefined,
    }
  },
})

function detail(backend: Backend, trouble: Trouble, configured: Text, fresh: Text | undefined): Text {
  const message = trouble.message === undefined ? [] : say`The kubelet says: ${trouble.message}. `
  const exit = exitWords(trouble)
  return say`${message}${exit === undefined ? [] : say`${exit} `}${consequence(backend)}${configured}${fresh === undefined ? [] : say` ${fresh}`}`
}

function imageEvidence(workload: Workload, { name, image }: Container): Evidence {
  return { reference: workload.reference, field: `${containerField(workload, name)}.image`, value: image }
}
