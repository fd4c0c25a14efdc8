import type { Network } from '../network/network.ts'
import { isDeleting, isFinished } from '../network/workloads/pods.ts'
import type { Workload } from '../network/workloads/workload.ts'
import type { Severity } from '../rules/finding.ts'
import type { SubjectKind, Subjects } from '../rules/subject.ts'
import type { Service } from '../snapshot/kinds/service.ts'
import type { Question } from './question.ts'
import { servicesMeant } from './what/targets.ts'

type Guard<K extends SubjectKind> = (subject: Subjects[K]) => boolean

const isGone = (object: {
  readonly metadata: { readonly deletionTimestamp?: string | undefined }
}): boolean => object.metadata.deletionTimestamp !== undefined

const isWorkloadGone = ({ object, reference, pods }: Workload): boolean => {
  if (object !== undefined && isGone(object)) return true
  return reference.kind === 'Pod' && pods.every((pod) => isFinished(pod) || isDeleting(pod))
}

/** G3: objects that are being deleted, and pods that have finished, are nobody's problem. */
export const isDepartedSubject: { readonly [K in SubjectKind]: Guard<K> } = {
  Service: isGone,
  ServicePort: ({ service }) => isGone(service),
  Endpoint: ({ service, pod }) => isGone(service) || (pod !== undefined && isFinished(pod)),
  Workload: isWorkloadGone,
  Client: isWorkloadGone,
  Connection: ({ connection }) =>
    connection.client.kind === 'workload' && isWorkloadGone(connection.client.workload),
  Node: isGone,
  Ingress: isGone,
  WebhookConfiguration: isGone,
  ApiService: isGone,
  NetworkPolicy: ({ object }) => isGone(object),
  ClusterPolicy: ({ object }) => isGone(object),
  Gateway: isGone,
  GatewayRoute: isGone,
  ClusterDns: ({ service }) => service !== undefined && isGone(service),
}

/**
 * G6: a fault that nobody can meet is one step less severe. An error needs a caller of the Service, or that the
 * question is about it; a warning about a workload needs at least a Service in front of it. Where callers could not
 * be looked for everywhere, none found is not "no callers", and the severity stays.
 */
export function severityByConsumers<K extends SubjectKind>(
  kind: K,
  subject: Subjects[K],
  severity: Severity,
  question: Question,
  network: Network,
): Severity {
  if (severity === 'note') return severity
  const services = servicesOf(kind, subject, network)
  if (services === undefined) return severity
  if (services.some((service) => isAskedFor(service, question, network) || hasConsumer(service, network)))
    return severity
  if (severity === 'error') return 'warning'
  return services.length > 0 && kind === 'Workload' ? severity : 'note'
}

function isAskedFor(service: Service, question: Question, network: Network): boolean {
  if (question.kind === 'what') return servicesMeant(question, network).items.includes(service)
  if (question.kind !== 'service') return false
  return question.name === service.metadata.name && question.namespace === service.metadata.namespace
}

function hasConsumer(service: Service, network: Network): boolean {
  const callers = network.traffic.to(service)
  return callers.items.length > 0 || callers.gaps.length > 0
}

/** The Services that a subject belongs to; `undefined` for subjects that no Service stands in front of. */
function servicesOf<K extends SubjectKind>(
  kind: K,
  subject: Subjects[K],
  network: Network,
): readonly Service[] | undefined {
  const reader: { readonly [P in SubjectKind]: (item: Subjects[P]) => readonly Service[] | undefined } = {
    Service: (service) => [service],
    ServicePort: ({ service }) => [service],
    Endpoint: ({ service }) => [service],
    Workload: (workload) => network.services.selecting(workload).items,
    Client: () => undefined,
    Connection: () => undefined,
    Node: () => undefined,
    Ingress: () => undefined,
    WebhookConfiguration: () => undefined,
    ApiService: () => undefined,
    NetworkPolicy: () => undefined,
    ClusterPolicy: () => undefined,
    Gateway: () => undefined,
    GatewayRoute: () => undefined,
    ClusterDns: () => undefined,
  }
  return reader[kind](subject)
}
