import { integer, optional, record, text } from './json.ts'
import { type Condition, defineKind, type KubeObjectBase, parseConditions } from './kind.ts'

/** An aggregated API. Without `spec.service` it is served by the API server itself. */
export interface ApiService extends KubeObjectBase<'APIService'> {
  readonly spec: {
    readonly service?:
      | { readonly namespace: string; readonly name: string; readonly port?: number | undefined }
      | undefined
  }
  readonly status: { readonly conditions: readonly Condition[] }
}

export const apiService = defineKind<'APIService', ApiService>({
  kind: 'APIService',
  group: 'apiregistration.k8s.io',
  versions: ['v1'],
  plural: 'apiservices',
  namespaced: false,
  parse: (json, base) => ({
    ...base,
    spec: {
      service: optional(record(json['spec'])['service'], (service) => ({
        namespace: text(service['namespace']) ?? '',
        name: text(service['name']) ?? '',
        port: integer(service['port']),
      })),
    },
    status: { conditions: parseConditions(record(json['status'])['conditions']) },
  }),
})
