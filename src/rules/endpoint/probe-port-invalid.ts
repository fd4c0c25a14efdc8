import type { PatchOperation } from '../../network/edit.ts'
import { pointer } from '../../network/edit.ts'
import { place } from '../../network/traffic/place.ts'
import { hasUnknownPort, type ProbeKind, probeOf, probePort } from '../../network/workloads/probes.ts'
import { runningContainers, type Workload } from '../../network/workloads/workload.ts'
import type { Container, Probe } from '../../snapshot/kinds/pod-spec.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { nearest } from '../similar.ts'
import { listed, say, type Text, word } from '../text.ts'
import { type Backend, backendOf, consequence, severityOf } from './backend.ts'
import { editCommand } from './commands.ts'
import { containerField } from './containers.ts'

/** In the order of their harm: the first two keep a pod from ever being ready. */
const kinds: readonly ProbeKind[] = ['readiness', 'startup', 'liveness']

export default defineRule({
  id: 'endpoint/probe-port-invalid',
  title: 'Probe that names a port its container does not declare',
  subject: 'Workload',
  severity: 'error',
  explains: ['no-ready-endpoints'],
  over: [
    'endpoint/all-not-ready',
    'endpoint/some-not-ready',
    'endpoint/readiness-probe-failing',
    'endpoint/killed-before-ready',
    'endpoint/rollout-leaves-none-ready',
  ],
  docs: {
    means:
      'The kubelet cannot ask the probe. A readiness or startup probe then never succeeds, and the pod is never ready.',
    why: 'The port was renamed in one place and not in the other, or the name belongs to another container of the pod.',
    proof: 'The `port` of the probe is a name, and no port of the same container has it.',
    fix: 'Let the probe name a port of its container.',
    falseAlarmWhen:
      'Numbers need no declaration, and a number written as text is taken as one. A liveness probe is a warning: it is ' +
      'never asked, so it never restarts anything. A warning while other endpoints carry the load.',
  },
  check(workload, network) {
    const backend = backendOf(workload, network)
    if (backend === undefined) return undefined
    for (const kind of kinds) {
      for (const container of runningContainers(workload.spec)) {
        const probe = probeOf(container, kind)
        if (probe !== undefined && hasUnknownPort(container, probe))
          return describe(backend, container, kind, probe)
      }
    }
    return undefined
  },
})

function describe(backend: Backend, container: Container, kind: ProbeKind, probe: Probe): FindingDraft {
  const { workload } = backend
  const { reference } = workload
  const port = String(probePort(probe) ?? '')
  const field = `${containerField(workload, container.name)}`
  const named = container.ports.flatMap(({ name }) => name ?? [])
  const effect = kind === 'liveness' ? word('so it is never asked') : word('so its pods can never be ready')
  return {
    proof: 'proven',
    severity: kind === 'liveness' ? 'warning' : severityOf(backend),
    place: place.pods(workload),
    summary: say`${reference}: the ${word(kind)} probe of container ${container.name} asks port ${port}, which the container does not declare, ${effect}`,
    detail: say`${declared(container)}${kind === 'liveness' ? [] : say` ${consequence(backend)}`}`,
    evidence: [
      { reference, field: `${field}.${kind}Probe.${actionOf(probe)}.port`, value: port },
      { reference, field: `${field}.ports[].name`, value: named.length === 0 ? undefined : named.join(', ') },
    ],
    fix: fixOf(workload, container, kind, probe),
    advice: [editCommand(workload)],
  }
}

function declared({ ports }: Container): Text {
  if (ports.length === 0) return word('It declares no port at all.')
  return say`It declares ${listed(ports.map(({ name, containerPort }) => (name === undefined ? say`${containerPort}` : say`${name} = ${containerPort}`)))}.`
}

/** Takes the port that is meant: the nearest name, or the only port there is. */
function fixOf(workload: Workload, container: Container, kind: ProbeKind, probe: Probe): FindingDraft['fix'] {
  const { ports } = container
  const [near] = nearest(
    String(probePort(probe) ?? ''),
    ports.flatMap(({ name }) => name ?? []),
  )
  const [only] = ports
  const value = near ?? (ports.length === 1 ? (only?.name ?? only?.containerPort) : undefined)
  const field = containerField(workload, container.name)
  if (value === undefined || workload.object === undefined) return undefined
  const steps = [...`${field}.${kind}Probe.${actionOf(probe)}.port`.matchAll(/[^.[\]]+/g)].map(
    ([step]) => step,
  )
  const operations: readonly PatchOperation[] = [{ op: 'replace', path: pointer(...steps), value }]
  return { edits: [{ kind: 'patch', reference: workload.reference, operations }] }
}

function actionOf({ httpGet, tcpSocket }: Probe): 'httpGet' | 'tcpSocket' | 'grpc' {
  if (httpGet !== undefined) return 'httpGet'
  return tcpSocket === undefined ? 'grpc' : 'tcpSocket'
}
