import { list, record, text } from './json.ts'
import { type Condition, defineKind, type KubeObjectBase, parseConditions } from './kind.ts'

/** How a Gateway speaks TLS to a Service. The oldest versions had other fields and are not read. */
export interface BackendTlsPolicy extends KubeObjectBase<'BackendTLSPolicy'> {
  readonly spec: {
    readonly targetRefs: readonly {
      readonly group: string
      readonly kind: string
      readonly name: string
      /** The name of a Service port. */
      readonly sectionName?: string | undefined
    }[]
    readonly validation: {
      readonly caCertificateRefs: readonly {
        readonly group: string
        readonly kind: string
        readonly name: string
      }[]
      readonly hostname: string
      readonly wellKnownCACertificates?: string | undefined
    }
  }
  readonly status: {
    readonly ancestors: readonly {
      readonly controllerName?: string | undefined
      readonly conditions: readonly Condition[]
    }[]
  }
}

export const backendTlsPolicy = defineKind<'BackendTLSPolicy', BackendTlsPolicy>({
  kind: 'BackendTLSPolicy',
  group: 'gateway.networking.k8s.io',
  versions: ['v1', 'v1alpha3'],
  plural: 'backendtlspolicies',
  shortNames: ['btlspolicy'],
  namespaced: true,
  parse(json, base) {
    const spec = record(json['spec'])
    const validation = record(spec['validation'])
    return {
      ...base,
      spec: {
        targetRefs: list(spec['targetRefs'], (target) => ({
          group: text(target['group']) ?? '',
          kind: text(target['kind']) ?? '',
          name: text(target['name']) ?? '',
          sectionName: text(target['sectionName']),
        })),
        validation: {
          caCertificateRefs: list(validation['caCertificateRefs'], (reference) => ({
            group: text(reference['group']) ?? '',
            kind: text(reference['kind']) ?? '',
            name: text(reference['name']) ?? '',
          })),
          hostname: text(validation['hostname']) ?? '',
          wellKnownCACertificates: text(validation['wellKnownCACertificates']),
        },
      },
      status: {
        ancestors: list(record(json['status'])['ancestors'], (ancestor) => ({
          controllerName: text(ancestor['controllerName']),
          conditions: parseConditions(ancestor['conditions']),
        })),
      },
    }
  },
})
