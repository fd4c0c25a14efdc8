import { pointer } from '../../network/edit.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import { isHeadless, selectorOf, targetPortOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { controllerOf } from '../../network/workloads/owners.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { askEndpoint } from '../confirm.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say, word } from '../text.ts'
import { portEvidence } from './exact-evidence.ts'
import { keyField, labelsField } from './fields.ts'
import { declaresPort, mentionsPort, probesPort } from './pod-ports.ts'

export default defineRule({
  id: 'service/selector-spans-workloads',
  title: 'Selector that also takes pods of another workload',
  subject: 'Service',
  severity: 'warning',
  over: ['endpoint/no-server-declared'],
  docs: {
    means:
      'A share of the connections goes to pods of another workload that probably does not serve the port.',
    why: 'A worker or a cron deployment wears the same label, and the selector has no key that tells them apart.',
    proof:
      'The ready endpoints belong to several workloads; one declares or probes the target port, another declares other ' +
      'ports or none and runs another image.',
    fix: 'Add to the selector a label that only the right workload has.',
    falseAlarmWhen:
      'Each workload serves the port (blue/green, canary), they run the same program or differ only by version, an operator ' +
      'owns the Service, or the odd pod was started by hand (`service/debug-pod-is-endpoint`).',
  },
  check(service, network) {
    if (selectorOf(service) === undefined || isHeadless(service) || controllerOf(service) !== undefined)
      return undefined
    for (const port of service.spec.ports) {
      // A name is looked up in each pod: whoever lacks it is no endpoint, and numbers may differ.
      if (typeof targetPortOf(port) === 'string') continue
      const ready = whole(network.services.ofPort(service, port)).filter((endpoint) => endpoint.ready)
      const split = splitByOwner(ready, port.protocol ?? 'TCP', network)
      if (split !== undefined) return finding(service, ready, split)
    }
    return undefined
  },
})

interface Split {
  readonly servers: readonly Workload[]
  readonly strangers: readonly Workload[]
  readonly failing: readonly Endpoint[]
}

/** Workloads that serve a port and workloads that do not, when there are both. */
function splitByOwner(ready: readonly Endpoint[], protocol: string, network: Network): Split | undefined {
  const owners = new Map<Endpoint, Workload>()
  for (const endpoint of ready) {
    const owner = endpoint.pod === undefined ? undefined : network.workloads.ofPod(endpoint.pod)
    if (owner !== undefined && owner.reference.kind !== 'Pod') owners.set(endpoint, owner)
  }
  const workloads = [...new Set(owners.values())]
  const target = ready[0]?.targetPort
  if (workloads.length < 2 || target === undefined) return undefined
  const servers = workloads.filter(
    ({ spec }) => declaresPort(spec, target, protocol) || probesPort(spec, target),
  )
  const strangers = workloads.filter(
    (workload) =>
      !servers.includes(workload) && servers.every((server) => isStrange(workload, server, target)),
  )
  if (servers.length === 0 || strangers.length === 0) return undefined
  const failing = [...owners].flatMap(([endpoint, owner]) => (strangers.includes(owner) ? [endpoint] : []))
  return { servers, strangers, failing }
}

/** Whether a workload is another application than a server: another image, and no sign of the port. */
function isStrange(workload: Workload, server: Workload, target: number): boolean {
  const repository = ({ spec }: Workload): string =>
    spec.containers.map(({ image }) => image?.replace(/[:@][^/]*$/, '') ?? '').join(',')
  return repository(workload) !== repository(server) && !mentionsPort(workload.spec, target)
}

function finding(
  service: Service,
  ready: readonly Endpoint[],
  { servers, strangers, failing }: Split,
): FindingDraft {
  const reference = referenceTo(service)
  const target = failing[0]?.targetPort ?? 0
  const key = distinguishing(servers, strangers)
  return {
    proof: 'likely',
    place: place.service(service),
    alsoAt: failing.map(place.endpoint),
    share: { failing: failing.length, of: ready.length },
    summary: say`${failing.length} of ${counted(ready.length, 'connection')} to ${reference} ${word(failing.length === 1 ? 'goes' : 'go')} to ${listed(
      strangers.map((workload) => say`${workload.reference}`),
    )}, which ${word(strangers.length === 1 ? 'does' : 'do')} not declare port ${target}`,
    detail: say`Its selector also takes pods beside those of ${listed(servers.map((workload) => say`${workload.reference}`))}.`,
    evidence: evidence(service, { servers, strangers }, key),
    ...remedy(service, key),
    confirm: failing[0] && askEndpoint(failing[0]),
  }
}

interface Label {
  readonly key: string
  readonly value: string
}

function evidence(
  service: Service,
  { servers, strangers }: Pick<Split, 'servers' | 'strangers'>,
  label: Label | undefined,
): readonly Evidence[] {
  const reference = referenceTo(service)
  const worn = (workload: Workload, { key, value }: Label): Evidence => ({
    reference: workload.reference,
    field: keyField(labelsField(workload), key),
    value,
  })
  return [
    ...Object.entries(service.spec.selector ?? {}).map(([key, value]) => ({
      reference,
      field: keyField('spec.selector', key),
      value,
    })),
    ...strangers.flatMap((workload) => portEvidence(workload, 'containerPort')),
    ...(label === undefined ? [] : servers.map((workload) => worn(workload, label))),
  ]
}

function remedy(service: Service, label: Label | undefined): Pick<FindingDraft, 'fix' | 'advice'> {
  const { name, namespace = '' } = service.metadata
  if (label === undefined) {
    return {
      advice: [
        say`Give the right pods a label of their own, and add it to the selector: kubectl -n ${namespace} edit service ${name}`,
      ],
    }
  }
  const path = pointer('spec', 'selector', label.key)
  const operations = [{ op: 'add', path, value: label.value }] as const
  return { fix: { edits: [{ kind: 'patch', reference: referenceTo(service), operations }] } }
}

/** A label that all servers share and no stranger has; one that names the application or its part before others. */
function distinguishing(servers: readonly Workload[], strangers: readonly Workload[]): Label | undefined {
  const [first] = servers
  const pairs = Object.entries(first?.labels ?? {})
    .map(([key, value]) => ({ key, value }))
    .filter(
      ({ key, value }) =>
        servers.every(({ labels }) => labels[key] === value) &&
        strangers.every(({ labels }) => labels[key] !== value),
    )
  return (
    pairs.find(({ key }) => /component|tier|role|name$/.test(key)) ??
    pairs.find(({ key }) => !/version|hash|chart/.test(key))
  )
}
