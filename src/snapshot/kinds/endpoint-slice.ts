import { flag, integer, type Json, list, optional, record, text, texts, word } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'
import { sharing } from './sharing.ts'

export interface TargetReference {
  readonly kind?: string | undefined
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly uid?: string | undefined
  /** Part of the object, such as `spec.containers{app}` in the events of a kubelet. */
  readonly fieldPath?: string | undefined
}

export interface EndpointConditions {
  readonly ready?: boolean | undefined
  readonly serving?: boolean | undefined
  readonly terminating?: boolean | undefined
}

interface Named {
  readonly name: string
}

export interface SliceEndpoint {
  readonly addresses: readonly string[]
  readonly conditions: EndpointConditions
  readonly hostname?: string | undefined
  readonly nodeName?: string | undefined
  readonly zone?: string | undefined
  readonly targetRef?: TargetReference | undefined
  readonly hints?: { readonly forZones: readonly Named[]; readonly forNodes: readonly Named[] } | undefined
}

export interface SlicePort {
  /** '' when unnamed; equals the name of the Service port that it implements. */
  readonly name: string
  readonly port?: number | undefined
  readonly protocol?: string | undefined
}

export interface EndpointSlice extends KubeObjectBase<'EndpointSlice'> {
  readonly addressType?: string | undefined
  readonly endpoints: readonly SliceEndpoint[]
  readonly ports: readonly SlicePort[]
}

export function parseTargetReference(json: Json): TargetReference {
  return {
    kind: word(json['kind']),
    namespace: word(json['namespace']),
    name: text(json['name']),
    uid: text(json['uid']),
    fieldPath: text(json['fieldPath']),
  }
}

const names = (value: unknown): readonly Named[] =>
  list(value, (json) => ({ name: text(json['name']) ?? '' }))

const parseEndpointConditions = sharing((value): EndpointConditions => {
  const conditions = record(value)
  return {
    ready: flag(conditions['ready']),
    serving: flag(conditions['serving']),
    terminating: flag(conditions['terminating']),
  }
})

export const endpointSlice = defineKind<'EndpointSlice', EndpointSlice>({
  kind: 'EndpointSlice',
  group: 'discovery.k8s.io',
  versions: ['v1'],
  plural: 'endpointslices',
  namespaced: true,
  isMadeInMasses: true,
  parse(json, base) {
    return {
      ...base,
      addressType: text(json['addressType']),
      endpoints: list(json['endpoints'], (endpoint) => {
        return {
          addresses: texts(endpoint['addresses']) ?? [],
          conditions: parseEndpointConditions(endpoint['conditions']),
          hostname: text(endpoint['hostname']),
          nodeName: word(endpoint['nodeName']),
          zone: word(endpoint['zone']),
          targetRef: optional(endpoint['targetRef'], parseTargetReference),
          hints: optional(endpoint['hints'], (hints) => ({
            forZones: names(hints['forZones']),
            forNodes: names(hints['forNodes']),
          })),
        }
      }),
      ports: list(json['ports'], (port) => ({
        name: text(port['name']) ?? '',
        port: integer(port['port']),
        protocol: text(port['protocol']),
      })),
    }
  },
})
