import { parseTargetReference, type SlicePort, type TargetReference } from './endpoint-slice.ts'
import { integer, list, optional, text } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'

export interface EndpointAddress {
  readonly ip: string
  readonly nodeName?: string | undefined
  readonly targetRef?: TargetReference | undefined
}

export interface EndpointSubset {
  readonly addresses: readonly EndpointAddress[]
  readonly notReadyAddresses: readonly EndpointAddress[]
  readonly ports: readonly SlicePort[]
}

/** Deprecated core/v1 Endpoints: read only to find hand-written ones that should have been mirrored to slices. */
export interface Endpoints extends KubeObjectBase<'Endpoints'> {
  readonly subsets: readonly EndpointSubset[]
}

const addresses = (value: unknown): readonly EndpointAddress[] =>
  list(value, (json) => ({
    ip: text(json['ip']) ?? '',
    nodeName: text(json['nodeName']),
    targetRef: optional(json['targetRef'], parseTargetReference),
  }))

export const endpoints = defineKind<'Endpoints', Endpoints>({
  kind: 'Endpoints',
  group: '',
  versions: ['v1'],
  plural: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  parse(json, base) {
    return {
      ...base,
      subsets: list(json['subsets'], (subset) => ({
        addresses: addresses(subset['addresses']),
        notReadyAddresses: addresses(subset['notReadyAddresses']),
        ports: list(subset['ports'], (port) => ({
          name: text(port['name']) ?? '',
          port: integer(port['port']),
          protocol: text(port['protocol']),
        })),
      })),
    }
  },
})
