import { flag, integer, type Json, list, optional, record, text, word } from './json.ts'
import { type Condition, defineKind, type KubeObjectBase, parseConditions } from './kind.ts'
import { type PodSpec, parsePodSpec } from './pod-spec.ts'
import { sharing } from './sharing.ts'

export interface ContainerState {
  readonly waiting?:
    | { readonly reason?: string | undefined; readonly message?: string | undefined }
    | undefined
  readonly running?: { readonly startedAt?: string | undefined } | undefined
  readonly terminated?:
    | {
        readonly exitCode?: number | undefined
        readonly signal?: number | undefined
        readonly reason?: string | undefined
        readonly message?: string | undefined
        readonly startedAt?: string | undefined
        readonly finishedAt?: string | undefined
      }
    | undefined
}

export interface ContainerStatus {
  readonly name: string
  readonly ready?: boolean | undefined
  readonly started?: boolean | undefined
  readonly restartCount: number
  readonly state: ContainerState
  readonly lastState: ContainerState
}

export interface PodStatus {
  readonly phase?: string | undefined
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly podIP?: string | undefined
  readonly podIPs: readonly { readonly ip: string }[]
  readonly hostIP?: string | undefined
  readonly startTime?: string | undefined
  readonly conditions: readonly Condition[]
  readonly containerStatuses: readonly ContainerStatus[]
  readonly initContainerStatuses: readonly ContainerStatus[]
}

export interface Pod extends KubeObjectBase<'Pod'> {
  readonly spec: PodSpec
  readonly status: PodStatus
}

const parseState = sharing((value): ContainerState => {
  const json = record(value)
  return {
    waiting: optional(json['waiting'], (state) => ({
      reason: text(state['reason']),
      message: text(state['message']),
    })),
    running: optional(json['running'], (state) => ({ startedAt: word(state['startedAt']) })),
    terminated: optional(json['terminated'], (state) => ({
      exitCode: integer(state['exitCode']),
      signal: integer(state['signal']),
      reason: text(state['reason']),
      message: text(state['message']),
      startedAt: text(state['startedAt']),
      finishedAt: text(state['finishedAt']),
    })),
  }
})

const statuses = (value: unknown): readonly ContainerStatus[] =>
  list(value, (json) => ({
    name: word(json['name']) ?? '',
    ready: flag(json['ready']),
    started: flag(json['started']),
    restartCount: integer(json['restartCount']) ?? 0,
    state: parseState(json['state']),
    lastState: parseState(json['lastState']),
  }))

/** Every address of a pod, the primary first; either field may be absent in old or partial objects. */
function addresses(status: Json): readonly string[] {
  const listed = list(status['podIPs'], (item) => text(item['ip']) ?? '').filter((ip) => ip !== '')
  if (listed.length > 0) return listed
  const primary = text(status['podIP'])
  return primary === undefined || primary === '' ? [] : [primary]
}

export const pod = defineKind<'Pod', Pod>({
  kind: 'Pod',
  group: '',
  versions: ['v1'],
  plural: 'pods',
  shortNames: ['po'],
  namespaced: true,
  isMadeInMasses: true,
  parse(json, base) {
    const status = record(json['status'])
    const ips = addresses(status)
    return {
      ...base,
      spec: parsePodSpec(record(json['spec'])),
      status: {
        phase: word(status['phase']),
        reason: text(status['reason']),
        message: text(status['message']),
        podIP: ips[0],
        podIPs: ips.map((ip) => ({ ip })),
        hostIP: word(status['hostIP']),
        startTime: word(status['startTime']),
        conditions: parseConditions(status['conditions']),
        containerStatuses: statuses(status['containerStatuses']),
        initContainerStatuses: statuses(status['initContainerStatuses']),
      },
    }
  },
})
