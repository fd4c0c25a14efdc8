import { integer, type Json, list, optional, record, text, texts } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'

export interface IngressBackend {
  readonly service?:
    | {
        readonly name: string
        readonly port: { readonly name?: string | undefined; readonly number?: number | undefined }
      }
    | undefined
  /** An object of another kind than Service, such as a bucket. */
  readonly resource?: { readonly kind: string; readonly name: string } | undefined
}

export interface IngressPath {
  readonly path?: string | undefined
  readonly pathType?: string | undefined
  readonly backend: IngressBackend
}

export interface Ingress extends KubeObjectBase<'Ingress'> {
  readonly spec: {
    readonly ingressClassName?: string | undefined
    readonly defaultBackend?: IngressBackend | undefined
    readonly rules: readonly {
      readonly host?: string | undefined
      readonly http: { readonly paths: readonly IngressPath[] }
    }[]
    readonly tls: readonly { readonly hosts: readonly string[]; readonly secretName?: string | undefined }[]
  }
  /** Addresses that a controller has written: somebody serves the object, and clients go there. */
  readonly status: {
    readonly loadBalancer: {
      readonly ingress: readonly {
        readonly ip?: string | undefined
        readonly hostname?: string | undefined
      }[]
    }
  }
}

function parseBackend(json: Json): IngressBackend {
  return {
    service: optional(json['service'], (service) => {
      const port = record(service['port'])
      return {
        name: text(service['name']) ?? '',
        port: { name: text(port['name']), number: integer(port['number']) },
      }
    }),
    resource: optional(json['resource'], (resource) => ({
      kind: text(resource['kind']) ?? '',
      name: text(resource['name']) ?? '',
    })),
  }
}

export const ingress = defineKind<'Ingress', Ingress>({
  kind: 'Ingress',
  group: 'networking.k8s.io',
  versions: ['v1'],
  plural: 'ingresses',
  shortNames: ['ing'],
  namespaced: true,
  parse(json, base) {
    const spec = record(json['spec'])
    return {
      ...base,
      spec: {
        ingressClassName: text(spec['ingressClassName']),
        defaultBackend: optional(spec['defaultBackend'], parseBackend),
        rules: list(spec['rules'], (rule) => ({
          host: text(rule['host']),
          http: {
            paths: list(record(rule['http'])['paths'], (path) => ({
              path: text(path['path']),
              pathType: text(path['pathType']),
              backend: parseBackend(record(path['backend'])),
            })),
          },
        })),
        tls: list(spec['tls'], (tls) => ({
          hosts: texts(tls['hosts']) ?? [],
          secretName: text(tls['secretName']),
        })),
      },
      status: {
        loadBalancer: {
          ingress: list(record(record(json['status'])['loadBalancer'])['ingress'], (item) => ({
            ip: text(item['ip']),
            hostname: text(item['hostname']),
          })),
        },
      },
    }
  },
})
