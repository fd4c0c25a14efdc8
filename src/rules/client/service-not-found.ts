import { asksClusterDns, serviceCandidates } from '../../network/dns/names.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { lookUp } from '../confirm.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text } from '../text.ts'
import { type Caller, callersOf } from './callers.ts'
import { addressText, clientOf, dialEvidence, missingService, severityFor, whereWritten } from './dialled.ts'
import { type NearService, nearServices } from './near-services.ts'
import { needOf } from './need.ts'
import { mend } from './retarget.ts'
import { serviceFor, standIns } from './stand-ins.ts'

export default defineRule({
  id: 'client/service-not-found',
  title: 'Service that is dialled and does not exist',
  subject: 'Connection',
  severity: 'warning',
  explains: ['no-such-service', 'service-in-other-namespace'],
  docs: {
    means: 'The name does not resolve (NXDOMAIN), so the connection never starts.',
    why: 'The Service was deleted, renamed or never created, or the name in the client is mistyped.',
    proof:
      'A name of the cluster in env, args, command or a ConfigMap in use, and the Services of the namespace that it means, ' +
      'read whole. It is an error when the name is a slip for a Service that exists, when pods are there that the Service ' +
      'would select, or when the client shows that it cannot do without: not ready, restarting, an init container that waits.',
    fix: 'Correct the name where it is at most two letters off; else create the Service when its pods are there.',
    falseAlarmWhen:
      'Names of pods, `.pod.` and `.clusterset.local` names, hostAliases, other search domains, a Corefile that mentions the ' +
      'name, hosts whose tail is no namespace, own URLs, pods that do not ask the cluster DNS: then it is silent. What is ' +
      'dialled without a sign that it is needed (an optional feature) is a warning.',
  },
  check({ connection, resolved }, network) {
    const workload = clientOf(connection)
    const { destination, gaps, open } = resolved
    if (workload === undefined || connection.target !== undefined || destination.kind !== 'missing-service')
      return undefined
    const name = serviceCandidates(connection.host, workload.namespace)
    const isShort = name?.via === 'short' || destination.podName !== undefined
    const isElsewhere = isShort && destination.elsewhere.length > 0
    if (name === undefined || isElsewhere || !asksClusterDns(workload.spec)) return undefined
    whole({ items: [], gaps, open })
    const services = network.services.in(name.namespace).items
    const near = [
      ...destination.elsewhere.map((service): NearService => ({ service, by: 'letters', distance: 0 })),
      ...nearServices(name.service, connection.port, services, dialledNames(workload, network)),
    ]
    return near[0]?.by === 'letters'
      ? misspelt(connection, workload, near)
      : missing(connection, name, near[0], network)
  },
})

/** The Services that a workload dials, so that none of them is taken for what another address meant. */
function dialledNames(workload: Workload, network: Network): ReadonlySet<string> {
  const names = network.references
    .of(workload)
    .items.flatMap(({ host }) => serviceCandidates(host, workload.namespace)?.service ?? [])
  return new Set(names)
}

/** The client is wrong: the finding is about it. */
function misspelt(connection: Connection, workload: Workload, near: readonly NearService[]): FindingDraft {
  const { dials, host } = connection
  const [best, second] = near
  const isTie = best !== undefined && second?.by === 'letters' && second.distance === best.distance
  const meant = near
    .filter(({ by, distance }) => by === 'letters' && distance === best?.distance)
    .map(({ service }) => service)
  const [only] = meant
  const { name = '', namespace = '' } = only?.metadata ?? {}
  const isHere = namespace === workload.namespace
  return {
    proof: 'likely',
    severity: severityFor(workload, 'error'),
    place: place.name(workload.key, host),
    summary: say`${workload.reference} dials ${addressText(connection)} (${whereWritten(dials)}): there is no such Service, but there is ${listed(meant.slice(0, 3).map((service) => say`${referenceTo(service)}${isHere ? say`` : say` in namespace ${service.metadata.namespace ?? ''}`}`))}`,
    evidence: [
      ...dialEvidence(dials),
      ...meant.slice(0, 3).map((service) => ({
        reference: referenceTo(service),
        field: 'metadata.name',
        value: service.metadata.name,
      })),
    ],
    ...(isTie || only === undefined
      ? { advice: [say`write the name of the Service that is meant`] }
      : mend(dials, isHere ? name : `${name}.${namespace}`)),
    confirm: lookUp(workload, connection),
  }
}

/** The Service is what is missing: the finding is about it, once for all of its callers. */
function missing(
  connection: Connection,
  { namespace, service }: { readonly namespace: string; readonly service: string },
  near: NearService | undefined,
  network: Network,
): FindingDraft {
  const callers = callersOf(namespace, service, network)
  const backends = standIns(namespace, service, callers, network)
  const need = callers.flatMap(({ workload }) => {
    const why = needOf(workload, network.inventory)
    return why === undefined ? [] : [say`${workload.reference} (${why})`]
  })
  const isNeeded = near !== undefined || backends.length > 0 || need.length > 0
  const reference = missingService(namespace, service)
  const created = serviceFor(
    reference,
    backends,
    callers.flatMap(({ dials }) => dials.flatMap(({ port }) => port ?? [])),
  )
  return {
    proof: 'likely',
    severity: mildest(callers, isNeeded ? 'error' : 'warning'),
    about: reference,
    place: place.object(reference),
    alsoAt: callers.flatMap(({ workload, dials }) => [
      ...new Set(dials.map(({ host }) => place.name(workload.key, host))),
    ]),
    summary: say`${reference} does not exist, and ${listed(callers.slice(0, 4).map(callerText))} ${callers.length === 1 ? say`dials it` : say`dial it`}`,
    detail: detailOf(backends, need, near),
    evidence: [
      ...callers.slice(0, 10).flatMap(({ dials }) => dialEvidence(dials)),
      { reference, field: 'metadata.name', value: undefined },
      ...backends.map((workload) => ({
        reference: workload.reference,
        field: 'metadata.name',
        value: workload.reference.name,
      })),
    ],
    fix: created === undefined ? undefined : { edits: [created] },
    advice:
      created === undefined
        ? [say`create the Service, or take the address out of its callers when nobody needs it`]
        : undefined,
    confirm: confirmation(connection),
  }
}

function confirmation(connection: Connection): Text | undefined {
  const workload = clientOf(connection)
  return workload && lookUp(workload, connection)
}

function callerText({ workload, dials }: Caller) {
  return say`${workload.reference} (${whereWritten(dials)})`
}

function mildest(callers: readonly Caller[], severity: 'error' | 'warning') {
  const isAwake = callers.some(({ workload }) => workload.replicas !== 0)
  const [first] = callers
  return isAwake || first === undefined ? severity : severityFor(first.workload, severity)
}

function detailOf(
  backends: readonly Workload[],
  need: readonly ReturnType<typeof say>[],
  near: NearService | undefined,
) {
  if (backends.length > 0)
    return say`Its pods are there: ${listed(backends.map(({ reference }) => say`${reference}`))}.`
  if (need.length > 0) return say`It seems to be needed by ${listed(need.slice(0, 3))}.`
  return near === undefined
    ? say`Nothing shows that it is needed: no caller fails visibly.`
    : say`Is ${referenceTo(near.service)} meant?`
}
