import { clusterDns, dnsReference } from '../network/dns/cluster-dns.ts'
import { dnsServices } from '../network/dns/resolver.ts'
import { needsLookup } from '../network/flows/lookups.ts'
import { Reads, UnknownVerdict } from '../network/inventory/read.ts'
import type { Network } from '../network/network.ts'
import { clientReference } from '../network/traffic/connection.ts'
import type { Workload } from '../network/workloads/workload.ts'
import { catalogue } from '../rules/catalogue.ts'
import type { Finding, FindingDraft, Severity } from '../rules/finding.ts'
import type { AnyRule, Rule } from '../rules/rule.ts'
import type { SubjectKind, Subjects } from '../rules/subject.ts'
import { keyOf, type ObjectReference, referenceTo } from '../snapshot/snapshot.ts'
import type { UnknownCheck } from './diagnosis.ts'
import { isDepartedSubject, severityByConsumers } from './guards.ts'
import type { Question } from './question.ts'
import type { Scope } from './scope.ts'

export interface RuleRun {
  readonly findings: readonly Finding[]
  readonly unknown: readonly UnknownCheck[]
  /** Which buckets each rule looked into, over all of its checks. */
  readonly reads: ReadonlyMap<string, Reads>
}

/** The subjects of every kind that a scope holds. */
function enumerate(
  question: Question,
  scope: Scope,
  network: Network,
): { readonly [K in SubjectKind]: readonly Subjects[K][] } {
  const { services, workloads, connections, nodes } = scope
  const { inventory } = network
  const clusterWide = [
    ...inventory.list('MutatingWebhookConfiguration').items,
    ...inventory.list('ValidatingWebhookConfiguration').items,
  ]
  return {
    Service: services,
    ServicePort: services.flatMap((service) => service.spec.ports.map((port) => ({ service, port }))),
    Endpoint: services.flatMap((service) => network.services.endpoints(service).items),
    Workload: workloads,
    Client: clientsOf(question, scope),
    Connection: connections.map((connection) => ({
      connection,
      resolved: network.traffic.destination(connection),
    })),
    Node: nodes,
    Ingress: scope.ingresses,
    WebhookConfiguration: scope.control ? clusterWide : [],
    ApiService: scope.control ? inventory.list('APIService').items : [],
    NetworkPolicy: scope.policies.filter(({ tier }) => tier === 'network-policy'),
    ClusterPolicy: scope.policies.filter(({ tier }) => tier !== 'network-policy'),
    Gateway: scope.gateways,
    GatewayRoute: scope.gatewayRoutes,
    ClusterDns: isDnsAsked(scope, network) ? [clusterDns(network)] : [],
  }
}

/** Cluster DNS is a part of every question in which a name is looked up. */
function isDnsAsked({ services, connections, control }: Scope, network: Network): boolean {
  if (control || connections.some(needsLookup)) return true
  return dnsServices(network.inventory).items.some((service) => services.includes(service))
}

/** Who opens connections that are asked about; in a scan every workload may, whether or not its objects show it. */
function clientsOf(question: Question, { workloads, connections }: Scope): readonly Workload[] {
  const calling = connections.flatMap(({ client }) => (client.kind === 'workload' ? [client.workload] : []))
  const asked = workloads.filter(
    ({ key }) => question.kind === 'scan' || (question.kind === 'from' && key === question.workload),
  )
  return [...new Map([...asked, ...calling].map((workload) => [workload.key, workload])).values()]
}

/** Runs every rule on every subject of a scope, with the guards that are common to all. */
export function runRules(
  question: Question,
  scope: Scope,
  network: Network,
  rules: readonly AnyRule[] = catalogue,
): RuleRun {
  const subjects = enumerate(question, scope, network)
  const findings = new Map<string, Finding>()
  const unknown: UnknownCheck[] = []
  const reads = new Map<string, Reads>()
  const run = <K extends SubjectKind>(rule: Rule<K>): undefined => {
    const read = new Reads()
    reads.set(rule.id, read)
    const checks = network.inventory.log.into(read, () =>
      checkAll(rule, subjects[rule.subject], read, network),
    )
    for (const { subject, drafts, gaps, open } of checks) {
      const reference = referenceOf[rule.subject](subject)
      if (gaps !== undefined) unknown.push({ rule: rule.id, about: reference, gaps })
      for (const draft of drafts) {
        const severity = severityByConsumers(
          rule.subject,
          subject,
          draft.severity ?? rule.severity,
          question,
          network,
        )
        const finding = finish(rule.id, draft, severity, open, reference)
        if (!findings.has(finding.key)) findings.set(finding.key, finding)
      }
    }
  }
  for (const rule of rules) runAny(rule, run)
  return { findings: [...findings.values()], unknown, reads }
}

/** Opens the union, so that each rule meets subjects of its own kind. */
function runAny(rule: AnyRule, run: <K extends SubjectKind>(rule: Rule<K>) => undefined): undefined {
  switch (rule.subject) {
    case 'Service':
      return run(rule)
    case 'ServicePort':
      return run(rule)
    case 'Endpoint':
      return run(rule)
    case 'Workload':
      return run(rule)
    case 'Client':
      return run(rule)
    case 'Connection':
      return run(rule)
    case 'Node':
      return run(rule)
    case 'Ingress':
      return run(rule)
    case 'WebhookConfiguration':
      return run(rule)
    case 'ApiService':
      return run(rule)
    case 'NetworkPolicy':
      return run(rule)
    case 'ClusterPolicy':
      return run(rule)
    case 'Gateway':
      return run(rule)
    case 'GatewayRoute':
      return run(rule)
    case 'ClusterDns':
      return run(rule)
  }
}

interface CheckResult<K extends SubjectKind> {
  readonly subject: Subjects[K]
  readonly drafts: readonly FindingDraft[]
  readonly gaps?: UnknownVerdict['gaps']
  /** Whether absence in an open world was concluded from. */
  readonly open: boolean
}

/** The checks of one rule that say anything. */
function checkAll<K extends SubjectKind>(
  rule: Rule<K>,
  subjects: readonly Subjects[K][],
  read: Reads,
  network: Network,
): readonly CheckResult<K>[] {
  const isDeparted = isDepartedSubject[rule.subject]
  const results: CheckResult<K>[] = []
  for (const subject of subjects) {
    if (isDeparted(subject)) continue
    read.forgetOpen()
    try {
      const found = rule.check(subject, network)
      if (found === undefined) continue
      const drafts = isList(found) ? found : [found]
      if (drafts.length > 0) results.push({ subject, drafts, open: read.open })
    } catch (error) {
      if (!(error instanceof UnknownVerdict)) throw error
      results.push({ subject, drafts: [], gaps: error.gaps, open: read.open })
    }
  }
  return results
}

function isList(found: FindingDraft | readonly FindingDraft[]): found is readonly FindingDraft[] {
  return Array.isArray(found)
}

/** Among manifests, what rests on absence is at most a likely warning: the object may exist elsewhere. */
function finish(
  rule: string,
  draft: FindingDraft,
  severity: Severity,
  open: boolean,
  subject: ObjectReference,
): Finding {
  const about = draft.about ?? subject
  return {
    ...draft,
    rule,
    about,
    subject,
    open,
    proof: open ? 'likely' : draft.proof,
    severity: open && severity === 'error' ? 'warning' : severity,
    places: [draft.place, ...(draft.alsoAt ?? [])],
    key: `${rule} ${keyOf(about)} ${draft.place}`,
  }
}

/** The object that stands for a subject when a rule names no other. */
const referenceOf: { readonly [K in SubjectKind]: (item: Subjects[K]) => ObjectReference } = {
  Service: referenceTo,
  ServicePort: ({ service }) => referenceTo(service),
  Endpoint: ({ service }) => referenceTo(service),
  Workload: ({ reference }) => reference,
  Client: ({ reference }) => reference,
  Connection: ({ connection }) =>
    clientReference(connection.client) ?? { apiVersion: 'v1', kind: 'Service', name: connection.host },
  Node: referenceTo,
  Ingress: referenceTo,
  WebhookConfiguration: referenceTo,
  ApiService: referenceTo,
  NetworkPolicy: ({ reference }) => reference,
  ClusterPolicy: ({ reference }) => reference,
  Gateway: referenceTo,
  GatewayRoute: referenceTo,
  ClusterDns: dnsReference,
}
