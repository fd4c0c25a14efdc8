import { parseTargetReference, type TargetReference } from './endpoint-slice.ts'
import { integer, optional, record, text } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'

export interface Event extends KubeObjectBase<'Event'> {
  readonly involvedObject: TargetReference
  readonly type?: string | undefined
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly count?: number | undefined
  readonly firstTimestamp?: string | undefined
  readonly lastTimestamp?: string | undefined
  readonly eventTime?: string | undefined
  readonly series?:
    | { readonly count?: number | undefined; readonly lastObservedTime?: string | undefined }
    | undefined
}

export const event = defineKind<'Event', Event>({
  kind: 'Event',
  group: '',
  versions: ['v1'],
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  isMadeInMasses: true,
  parse: (json, base) => ({
    ...base,
    involvedObject: parseTargetReference(record(json['involvedObject'])),
    type: text(json['type']),
    reason: text(json['reason']),
    message: text(json['message']),
    count: integer(json['count']),
    firstTimestamp: text(json['firstTimestamp']),
    lastTimestamp: text(json['lastTimestamp']),
    eventTime: text(json['eventTime']),
    series: optional(json['series'], (series) => ({
      count: integer(series['count']),
      lastObservedTime: text(series['lastObservedTime']),
    })),
  }),
})
