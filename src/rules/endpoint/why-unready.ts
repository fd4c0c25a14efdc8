import type { Network } from '../../network/network.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { say, type Text } from '../text.ts'
import type { Backend } from './backend.ts'
import { logsCommand } from './commands.ts'
import { troubleEvidence, troubleIn } from './container-trouble.ts'
import { troubleWords } from './container-words.ts'
import { failingProbe, failingProbeEvidence } from './failing-probe.ts'
import { failureWords } from './probe-failure-words.ts'
import { asks } from './probe-words.ts'

/** Why a pod is not ready, for findings that are about more than that. */
export interface UnreadyReason {
  readonly words: Text
  readonly evidence: readonly Evidence[]
  readonly advice: readonly Text[]
  readonly logs?: FindingDraft['logs']
}

/** The first reason that a pod of the backend shows; `undefined` when none says why it is not ready. */
export function whyUnready({ pods }: Backend, network: Network): UnreadyReason | undefined {
  for (const pod of pods) {
    const reason = crashOf(pod, network) ?? probeOf(pod, network)
    if (reason !== undefined) return reason
  }
  return undefined
}

function crashOf(pod: Pod, network: Network): UnreadyReason | undefined {
  const trouble = troubleIn(pod, network)
  if (trouble === undefined) return undefined
  const container = trouble.observed.container.name
  const { name, namespace = '' } = pod.metadata
  const isCrash = trouble.kind === 'crash'
  return {
    words: troubleWords(trouble),
    evidence: troubleEvidence(pod, trouble),
    advice: isCrash ? [logsCommand(pod, container, 'previous')] : [],
    logs: isCrash ? [{ namespace, pod: name, container }] : undefined,
  }
}

function probeOf(pod: Pod, network: Network): UnreadyReason | undefined {
  const failing = failingProbe(pod, network)
  if (failing === undefined) return undefined
  const { observed, probe, message } = failing
  const { container } = observed
  return {
    words: say`readiness probe ${asks(container, probe)} of container ${container.name} ${failureWords(message, probe)}`,
    evidence: failingProbeEvidence(failing),
    advice: [],
  }
}
