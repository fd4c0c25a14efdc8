import {
  flag,
  integer,
  integerOrText,
  list,
  optionalTextMap,
  record,
  type TextMap,
  text,
  texts,
} from './json.ts'
import { type Condition, defineKind, type KubeObjectBase, parseConditions } from './kind.ts'

export interface ServicePort {
  /** '' when unnamed, as in EndpointSlices. */
  readonly name: string
  readonly port: number
  readonly protocol?: string | undefined
  readonly targetPort?: number | string | undefined
  readonly nodePort?: number | undefined
  readonly appProtocol?: string | undefined
}

export interface ServiceSpec {
  readonly type?: string | undefined
  readonly selector?: TextMap | undefined
  readonly ports: readonly ServicePort[]
  readonly clusterIP?: string | undefined
  readonly clusterIPs?: readonly string[] | undefined
  readonly externalName?: string | undefined
  readonly externalIPs?: readonly string[] | undefined
  readonly ipFamilies?: readonly string[] | undefined
  readonly ipFamilyPolicy?: string | undefined
  readonly publishNotReadyAddresses?: boolean | undefined
  readonly internalTrafficPolicy?: string | undefined
  readonly externalTrafficPolicy?: string | undefined
  readonly trafficDistribution?: string | undefined
  readonly sessionAffinity?: string | undefined
  readonly loadBalancerClass?: string | undefined
  readonly loadBalancerSourceRanges?: readonly string[] | undefined
  readonly healthCheckNodePort?: number | undefined
}

export interface LoadBalancerIngress {
  readonly ip?: string | undefined
  readonly hostname?: string | undefined
}

export interface Service extends KubeObjectBase<'Service'> {
  readonly spec: ServiceSpec
  readonly status: {
    readonly loadBalancer: { readonly ingress: readonly LoadBalancerIngress[] }
    readonly conditions: readonly Condition[]
  }
}

export const service = defineKind<'Service', Service>({
  kind: 'Service',
  group: '',
  versions: ['v1'],
  plural: 'services',
  shortNames: ['svc'],
  namespaced: true,
  parse(json, base) {
    const spec = record(json['spec'])
    const status = record(json['status'])
    return {
      ...base,
      spec: {
        type: text(spec['type']),
        selector: optionalTextMap(spec['selector']),
        ports: list(spec['ports'], (port) => ({
          name: text(port['name']) ?? '',
          port: integer(port['port']) ?? 0,
          protocol: text(port['protocol']),
          targetPort: integerOrText(port['targetPort']),
          nodePort: integer(port['nodePort']),
          appProtocol: text(port['appProtocol']),
        })),
        clusterIP: text(spec['clusterIP']),
        clusterIPs: texts(spec['clusterIPs']),
        externalName: text(spec['externalName']),
        externalIPs: texts(spec['externalIPs']),
        ipFamilies: texts(spec['ipFamilies']),
        ipFamilyPolicy: text(spec['ipFamilyPolicy']),
        publishNotReadyAddresses: flag(spec['publishNotReadyAddresses']),
        internalTrafficPolicy: text(spec['internalTrafficPolicy']),
        externalTrafficPolicy: text(spec['externalTrafficPolicy']),
        trafficDistribution: text(spec['trafficDistribution']),
        sessionAffinity: text(spec['sessionAffinity']),
        loadBalancerClass: text(spec['loadBalancerClass']),
        loadBalancerSourceRanges: texts(spec['loadBalancerSourceRanges']),
        healthCheckNodePort: integer(spec['healthCheckNodePort']),
      },
      status: {
        loadBalancer: {
          ingress: list(record(status['loadBalancer'])['ingress'], (ingress) => ({
            ip: text(ingress['ip']),
            hostname: text(ingress['hostname']),
          })),
        },
        conditions: parseConditions(status['conditions']),
      },
    }
  },
})
