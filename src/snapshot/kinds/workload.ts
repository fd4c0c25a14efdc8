import { flag, integer, integerOrText, isRecord, type Json, optional, record, text, textMap } from './json.ts'
import {
  type Condition,
  defineKind,
  type KindDefinition,
  type KubeObjectBase,
  type LabelSelector,
  type ObjectMeta,
  parseConditions,
  parseLabelSelector,
  parseMeta,
} from './kind.ts'
import { type PodSpec, parsePodSpec } from './pod-spec.ts'

export interface PodTemplate {
  readonly metadata: Pick<ObjectMeta, 'labels' | 'annotations'>
  readonly spec: PodSpec
}

export interface WorkloadStatus {
  readonly replicas?: number | undefined
  readonly readyReplicas?: number | undefined
  readonly updatedReplicas?: number | undefined
  readonly availableReplicas?: number | undefined
  readonly desiredNumberScheduled?: number | undefined
  readonly numberReady?: number | undefined
  readonly currentRevision?: string | undefined
  readonly updateRevision?: string | undefined
  readonly observedGeneration?: number | undefined
  readonly conditions: readonly Condition[]
}

export type WorkloadKind =
  | 'Deployment'
  | 'ReplicaSet'
  | 'StatefulSet'
  | 'DaemonSet'
  | 'ReplicationController'
  | 'Job'
  | 'CronJob'

/** Any object with a pod template. CronJob keeps its template where the API has it, under `spec.jobTemplate`. */
export interface WorkloadObject<K extends WorkloadKind = WorkloadKind> extends KubeObjectBase<K> {
  readonly spec: {
    readonly replicas?: number | undefined
    readonly selector?: LabelSelector | undefined
    readonly serviceName?: string | undefined
    readonly paused?: boolean | undefined
    readonly suspend?: boolean | undefined
    readonly progressDeadlineSeconds?: number | undefined
    /** `updateStrategy` of StatefulSets and DaemonSets has the same shape. */
    readonly strategy?:
      | {
          readonly type?: string | undefined
          readonly rollingUpdate?: { readonly maxUnavailable?: number | string | undefined } | undefined
        }
      | undefined
    readonly template?: PodTemplate | undefined
    readonly jobTemplate?: { readonly spec: { readonly template: PodTemplate } } | undefined
  }
  readonly status: WorkloadStatus
}

function parseTemplate(json: Json): PodTemplate {
  // A template has no name of its own; parseMeta needs one.
  const meta = parseMeta({ ...record(json['metadata']), name: 'template' }, { namespaced: false })
  return {
    metadata: { labels: meta?.labels ?? textMap({}), annotations: meta?.annotations ?? textMap({}) },
    spec: parsePodSpec(record(json['spec'])),
  }
}

function parseStatus(json: Json): WorkloadStatus {
  return {
    replicas: integer(json['replicas']),
    readyReplicas: integer(json['readyReplicas']),
    updatedReplicas: integer(json['updatedReplicas']),
    availableReplicas: integer(json['availableReplicas']),
    desiredNumberScheduled: integer(json['desiredNumberScheduled']),
    numberReady: integer(json['numberReady']),
    currentRevision: text(json['currentRevision']),
    updateRevision: text(json['updateRevision']),
    observedGeneration: integer(json['observedGeneration']),
    conditions: parseConditions(json['conditions']),
  }
}

/** A ReplicationController has a plain map as selector; everything else a LabelSelector. */
function parsePlainSelector(json: Json): LabelSelector {
  // Our own form, in a saved snapshot; a label of that name has a string as its value.
  if (isRecord(json['matchLabels'])) return parseLabelSelector(json)
  return { matchLabels: textMap(json), matchExpressions: [] }
}

function defineWorkload<K extends WorkloadKind>(
  kind: K,
  group: string,
  plural: string,
  shortNames: readonly string[],
): KindDefinition<K, WorkloadObject<K>> {
  return defineKind<K, WorkloadObject<K>>({
    kind,
    group,
    versions: ['v1'],
    plural,
    shortNames,
    namespaced: true,
    parse(json, base) {
      const spec = record(json['spec'])
      return {
        ...base,
        spec: {
          replicas: integer(spec['replicas']),
          selector: optional(
            spec['selector'],
            kind === 'ReplicationController' ? parsePlainSelector : parseLabelSelector,
          ),
          serviceName: text(spec['serviceName']),
          paused: flag(spec['paused']),
          suspend: flag(spec['suspend']),
          progressDeadlineSeconds: integer(spec['progressDeadlineSeconds']),
          strategy: optional(spec['strategy'] ?? spec['updateStrategy'], (strategy) => ({
            type: text(strategy['type']),
            rollingUpdate: optional(strategy['rollingUpdate'], (update) => ({
              maxUnavailable: integerOrText(update['maxUnavailable']),
            })),
          })),
          template: optional(spec['template'], parseTemplate),
          jobTemplate: optional(spec['jobTemplate'], (job) => ({
            spec: { template: parseTemplate(record(record(job['spec'])['template'])) },
          })),
        },
        status: parseStatus(record(json['status'])),
      }
    },
  })
}

export const deployment = defineWorkload('Deployment', 'apps', 'deployments', ['deploy'])
export const replicaSet = defineWorkload('ReplicaSet', 'apps', 'replicasets', ['rs'])
export const statefulSet = defineWorkload('StatefulSet', 'apps', 'statefulsets', ['sts'])
export const daemonSet = defineWorkload('DaemonSet', 'apps', 'daemonsets', ['ds'])
export const replicationController = defineWorkload('ReplicationController', '', 'replicationcontrollers', [
  'rc',
])
export const job = defineWorkload('Job', 'batch', 'jobs', [])
export const cronJob = defineWorkload('CronJob', 'batch', 'cronjobs', ['cj'])
