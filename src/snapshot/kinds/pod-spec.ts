import {
  flag,
  integer,
  integerOrText,
  type Json,
  list,
  optional,
  record,
  type TextMap,
  text,
  textMap,
  texts,
  word,
} from './json.ts'
import { type LabelSelectorRequirement, parseLabelSelector } from './kind.ts'
import { sharing } from './sharing.ts'

export interface ContainerPort {
  readonly name?: string | undefined
  readonly containerPort: number
  readonly protocol?: string | undefined
  readonly hostPort?: number | undefined
  readonly hostIP?: string | undefined
}

export interface KeyReference {
  readonly name: string
  readonly key: string
  readonly optional?: boolean | undefined
}

export interface EnvVar {
  readonly name: string
  readonly value?: string | undefined
  readonly valueFrom?:
    | {
        readonly configMapKeyRef?: KeyReference | undefined
        readonly secretKeyRef?: KeyReference | undefined
        readonly fieldRef?: { readonly fieldPath: string } | undefined
      }
    | undefined
}

export interface EnvFrom {
  readonly prefix?: string | undefined
  readonly configMapRef?: { readonly name: string } | undefined
  readonly secretRef?: { readonly name: string } | undefined
}

export interface Probe {
  readonly httpGet?:
    | {
        readonly path?: string | undefined
        readonly port?: number | string | undefined
        readonly scheme?: string | undefined
        readonly host?: string | undefined
      }
    | undefined
  readonly tcpSocket?: { readonly port?: number | string | undefined } | undefined
  readonly grpc?: { readonly port?: number | string | undefined } | undefined
  readonly exec?: { readonly command: readonly string[] } | undefined
  readonly initialDelaySeconds?: number | undefined
  readonly periodSeconds?: number | undefined
  readonly timeoutSeconds?: number | undefined
  readonly failureThreshold?: number | undefined
  readonly successThreshold?: number | undefined
}

/** What runs after a container started, or before it is stopped; of the handlers only commands are read. */
export interface LifecycleHandler {
  readonly exec?: { readonly command: readonly string[] } | undefined
}

export interface VolumeMount {
  readonly name: string
  readonly mountPath: string
  readonly subPath?: string | undefined
}

export interface Container {
  readonly name: string
  readonly image?: string | undefined
  readonly command?: readonly string[] | undefined
  readonly args?: readonly string[] | undefined
  readonly env: readonly EnvVar[]
  readonly envFrom: readonly EnvFrom[]
  readonly ports: readonly ContainerPort[]
  readonly readinessProbe?: Probe | undefined
  readonly livenessProbe?: Probe | undefined
  readonly startupProbe?: Probe | undefined
  readonly lifecycle?:
    | { readonly postStart?: LifecycleHandler | undefined; readonly preStop?: LifecycleHandler | undefined }
    | undefined
  /** `Always` on an init container makes it a native sidecar. */
  readonly restartPolicy?: string | undefined
  readonly volumeMounts: readonly VolumeMount[]
  readonly resources: { readonly limits: TextMap; readonly requests: TextMap }
}

interface ObjectSource {
  readonly name: string
  /** The keys that are mounted; absent means all of them. */
  readonly items?: readonly { readonly key: string; readonly path: string }[] | undefined
}

/** The part of a volume that says which objects it mounts. */
export interface Volume {
  readonly name: string
  readonly configMap?: ObjectSource | undefined
  readonly secret?: { readonly secretName: string } | undefined
  readonly projected?:
    | {
        readonly sources: readonly {
          readonly configMap?: ObjectSource | undefined
          readonly secret?: ObjectSource | undefined
        }[]
      }
    | undefined
  readonly persistentVolumeClaim?: { readonly claimName: string } | undefined
}

/** What a pod must find on its node. Terms are alternatives; all expressions of a term must hold. */
export interface NodeAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?:
    | {
        readonly nodeSelectorTerms: readonly {
          readonly matchExpressions: readonly LabelSelectorRequirement[]
        }[]
      }
    | undefined
}

export interface PodSpec {
  readonly containers: readonly Container[]
  readonly initContainers: readonly Container[]
  readonly ephemeralContainers: readonly Container[]
  readonly nodeName?: string | undefined
  readonly nodeSelector: TextMap
  readonly affinity?: { readonly nodeAffinity?: NodeAffinity | undefined } | undefined
  readonly hostNetwork?: boolean | undefined
  readonly dnsPolicy?: string | undefined
  readonly dnsConfig?:
    | {
        readonly nameservers: readonly string[]
        readonly searches: readonly string[]
        readonly options: readonly { readonly name: string; readonly value?: string | undefined }[]
      }
    | undefined
  readonly hostAliases: readonly { readonly ip: string; readonly hostnames: readonly string[] }[]
  readonly hostname?: string | undefined
  readonly subdomain?: string | undefined
  readonly restartPolicy?: string | undefined
  readonly enableServiceLinks?: boolean | undefined
  readonly serviceAccountName?: string | undefined
  readonly terminationGracePeriodSeconds?: number | undefined
  readonly readinessGates: readonly { readonly conditionType: string }[]
  readonly volumes: readonly Volume[]
}

function parseKeyReference(json: Json): KeyReference {
  return { name: text(json['name']) ?? '', key: text(json['key']) ?? '', optional: flag(json['optional']) }
}

const parseName = (json: Json): { readonly name: string } => ({ name: text(json['name']) ?? '' })

function parseEnvVar(json: Json): EnvVar {
  return {
    name: text(json['name']) ?? '',
    value: text(json['value']),
    valueFrom: optional(json['valueFrom'], (from) => ({
      configMapKeyRef: optional(from['configMapKeyRef'], parseKeyReference),
      secretKeyRef: optional(from['secretKeyRef'], parseKeyReference),
      fieldRef: optional(from['fieldRef'], (field) => ({ fieldPath: text(field['fieldPath']) ?? '' })),
    })),
  }
}

function parseProbe(json: Json): Probe {
  return {
    httpGet: optional(json['httpGet'], (get) => ({
      path: text(get['path']),
      port: integerOrText(get['port']),
      scheme: text(get['scheme']),
      host: text(get['host']),
    })),
    tcpSocket: optional(json['tcpSocket'], (socket) => ({ port: integerOrText(socket['port']) })),
    grpc: optional(json['grpc'], (grpc) => ({ port: integerOrText(grpc['port']) })),
    exec: optional(json['exec'], (exec) => ({ command: texts(exec['command']) ?? [] })),
    initialDelaySeconds: integer(json['initialDelaySeconds']),
    periodSeconds: integer(json['periodSeconds']),
    timeoutSeconds: integer(json['timeoutSeconds']),
    failureThreshold: integer(json['failureThreshold']),
    successThreshold: integer(json['successThreshold']),
  }
}

const parseEnv = sharing((value) => list(value, parseEnvVar))

const parseEnvFrom = sharing((value) =>
  list(value, (from) => ({
    prefix: text(from['prefix']),
    configMapRef: optional(from['configMapRef'], parseName),
    secretRef: optional(from['secretRef'], parseName),
  })),
)

const parsePorts = sharing((value) =>
  list(value, (port) => ({
    name: text(port['name']),
    containerPort: integer(port['containerPort']) ?? 0,
    protocol: text(port['protocol']),
    hostPort: integer(port['hostPort']),
    hostIP: text(port['hostIP']),
  })),
)

const parseHandler = (json: Json): LifecycleHandler => ({
  exec: optional(json['exec'], (exec) => ({ command: texts(exec['command']) ?? [] })),
})

const parseLifecycle = sharing((value) =>
  optional(value, (hooks) => ({
    postStart: optional(hooks['postStart'], parseHandler),
    preStop: optional(hooks['preStop'], parseHandler),
  })),
)

const parseMaybeProbe = sharing((value) => optional(value, parseProbe))
const parseTexts = sharing(texts)

const parseMounts = sharing((value) =>
  list(value, (mount) => ({
    name: text(mount['name']) ?? '',
    mountPath: word(mount['mountPath']) ?? '',
    subPath: text(mount['subPath']),
  })),
)

const parseResources = sharing((value) => ({
  limits: textMap(record(value)['limits']),
  requests: textMap(record(value)['requests']),
}))

function parseContainer(json: Json): Container {
  return {
    name: word(json['name']) ?? '',
    image: word(json['image']),
    command: parseTexts(json['command']),
    args: parseTexts(json['args']),
    env: parseEnv(json['env']),
    envFrom: parseEnvFrom(json['envFrom']),
    ports: parsePorts(json['ports']),
    readinessProbe: parseMaybeProbe(json['readinessProbe']),
    livenessProbe: parseMaybeProbe(json['livenessProbe']),
    startupProbe: parseMaybeProbe(json['startupProbe']),
    lifecycle: parseLifecycle(json['lifecycle']),
    restartPolicy: word(json['restartPolicy']),
    volumeMounts: parseMounts(json['volumeMounts']),
    resources: parseResources(json['resources']),
  }
}

function parseObjectSource(json: Json): ObjectSource {
  return {
    name: text(json['name']) ?? '',
    items: Array.isArray(json['items'])
      ? list(json['items'], (item) => ({ key: text(item['key']) ?? '', path: text(item['path']) ?? '' }))
      : undefined,
  }
}

/** Nearly every pod has one, with the token of its service account, and it is nearly always the same. */
const parseProjected = sharing((value) =>
  optional(value, (projected) => ({
    sources: list(projected['sources'], (source) => ({
      configMap: optional(source['configMap'], parseObjectSource),
      secret: optional(source['secret'], parseObjectSource),
    })),
  })),
)

function parseVolume(json: Json): Volume {
  return {
    name: text(json['name']) ?? '',
    configMap: optional(json['configMap'], parseObjectSource),
    secret: optional(json['secret'], (secret) => ({ secretName: text(secret['secretName']) ?? '' })),
    projected: parseProjected(json['projected']),
    persistentVolumeClaim: optional(json['persistentVolumeClaim'], (claim) => ({
      claimName: text(claim['claimName']) ?? '',
    })),
  }
}

function parseNodeAffinity(json: Json): NodeAffinity {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution'
  return {
    [required]: optional(json[required], (selector) => ({
      nodeSelectorTerms: list(selector['nodeSelectorTerms'], (term) => ({
        matchExpressions: parseLabelSelector(term).matchExpressions,
      })),
    })),
  }
}

const parseNodeSelector = sharing(textMap)

/** Parses a PodSpec, of a pod or of a workload's template. */
export function parsePodSpec(json: Json): PodSpec {
  return {
    containers: list(json['containers'], parseContainer),
    initContainers: list(json['initContainers'], parseContainer),
    ephemeralContainers: list(json['ephemeralContainers'], parseContainer),
    nodeName: word(json['nodeName']),
    nodeSelector: parseNodeSelector(json['nodeSelector']),
    affinity: optional(json['affinity'], (affinity) => ({
      nodeAffinity: optional(affinity['nodeAffinity'], parseNodeAffinity),
    })),
    hostNetwork: flag(json['hostNetwork']),
    dnsPolicy: word(json['dnsPolicy']),
    dnsConfig: optional(json['dnsConfig'], (config) => ({
      nameservers: texts(config['nameservers']) ?? [],
      searches: texts(config['searches']) ?? [],
      options: list(config['options'], (option) => ({
        name: text(option['name']) ?? '',
        value: text(option['value']),
      })),
    })),
    hostAliases: list(json['hostAliases'], (alias) => ({
      ip: text(alias['ip']) ?? '',
      hostnames: texts(alias['hostnames']) ?? [],
    })),
    hostname: text(json['hostname']),
    subdomain: text(json['subdomain']),
    restartPolicy: word(json['restartPolicy']),
    enableServiceLinks: flag(json['enableServiceLinks']),
    serviceAccountName: word(json['serviceAccountName']),
    terminationGracePeriodSeconds: integer(json['terminationGracePeriodSeconds']),
    readinessGates: list(json['readinessGates'], (gate) => ({
      conditionType: text(gate['conditionType']) ?? '',
    })),
    volumes: list(json['volumes'], parseVolume),
  }
}
