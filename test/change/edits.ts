import fc from 'fast-check'
import { type Json, record } from '../../src/snapshot/kinds/json.ts'
import { type KubeObject, parseObject } from '../../src/snapshot/kinds/kinds.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'

/** A way to change some object of a cluster, and which one. */
export interface RandomEdit {
  readonly what: (typeof changes)[number]
  /** Picks the object among those that can be changed so. */
  readonly pick: number
  readonly detail: number
}

/** Objects that a random edit puts in place, and those that it removes. */
export interface Applied {
  readonly put: readonly KubeObject[]
  readonly remove: readonly KubeObject[]
}

const changes = [
  'scale',
  'relabel',
  'relabel-template',
  'delete',
  'select',
  'target-port',
  'port',
  'environment',
  'configuration',
  'unready',
  'finish',
  'readdress',
  'empty-slice',
  'copy-service',
  'route',
] as const

export const randomEdit: fc.Arbitrary<RandomEdit> = fc.record({
  what: fc.constantFrom(...changes),
  pick: fc.nat(),
  detail: fc.nat(7),
})

const template = (json: Json): Json => record(record(record(json['spec'])['template']))

/** The object with the fields below `path` replaced; parents are copied. */
function patched(json: Json, path: readonly (string | number)[], value: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (typeof step === 'number' || Array.isArray(json)) {
    const items: readonly unknown[] = Array.isArray(json) ? json : []
    return items.map((item, index) => (index === step ? patched(record(item), rest, value) : item))
  }
  const child = json[step]
  return { ...json, [step]: rest.length === 0 ? value : patchedChild(child, rest, value) }
}

function patchedChild(child: unknown, path: readonly (string | number)[], value: unknown): unknown {
  if (!Array.isArray(child)) return patched(record(child), path, value)
  const [step, ...rest] = path
  const items: readonly unknown[] = child
  return items.map((item, index) => (index === step ? patched(record(item), rest, value) : item))
}

const workloads = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'])
const has = (value: unknown): boolean => Array.isArray(value) && value.length > 0

/** Whether an edit of that kind makes sense for the object. */
function applies(what: RandomEdit['what'], object: KubeObject): boolean {
  const json: Json = { ...object }
  const spec = record(json['spec'])
  switch (what) {
    case 'scale':
      return ['Deployment', 'ReplicaSet', 'StatefulSet'].includes(object.kind)
    case 'relabel':
      return ['Pod', 'Node', 'Namespace', 'EndpointSlice', 'Service'].includes(object.kind)
    case 'relabel-template':
    case 'environment':
      return workloads.has(object.kind)
    case 'delete':
      return true
    case 'select':
    case 'copy-service':
      return object.kind === 'Service'
    case 'target-port':
    case 'port':
      return object.kind === 'Service' && has(spec['ports'])
    case 'configuration':
      return object.kind === 'ConfigMap'
    case 'unready':
    case 'finish':
    case 'readdress':
      return object.kind === 'Pod'
    case 'empty-slice':
      return object.kind === 'EndpointSlice'
    case 'route':
      return object.kind === 'Ingress'
  }
}

function parsed(value: unknown): readonly KubeObject[] {
  const object = parseObject(value)
  return object === undefined ? [] : [object]
}

const pairs: readonly Json[] = [{}, { app: 'web' }, { app: 'auth-service' }, { tier: 'x' }]
const addresses = ['10.244.1.15', '10.244.0.99', '10.96.0.10', '10.244.1.3']
const hosts = [
  'auth-service',
  'auth-service.velocitytech-prod',
  'nowhere',
  '10.244.1.15',
  'web.shop.svc',
  'api',
]

function change({ what, detail }: RandomEdit, object: KubeObject): Applied {
  const json: Json = { ...object }
  const put = (path: readonly (string | number)[], value: unknown): Applied => ({
    put: parsed(patched(json, path, value)),
    remove: [],
  })
  const labels = { ...object.metadata.labels, app: ['web', 'auth-service', 'other'][detail % 3] }
  const host = hosts[detail % hosts.length] ?? ''
  switch (what) {
    case 'scale':
      return put(['spec', 'replicas'], detail % 4)
    case 'relabel':
      return put(['metadata', 'labels'], labels)
    case 'relabel-template':
      return put(['spec', 'template', 'metadata'], { ...record(template(json)['metadata']), labels })
    case 'delete':
      return { put: [], remove: [object] }
    case 'select':
      return put(['spec', 'selector'], pairs[detail % pairs.length])
    case 'copy-service':
      return put(['metadata', 'name'], `${object.metadata.name}-copy${detail % 2}`)
    case 'target-port':
      return put(['spec', 'ports', 0, 'targetPort'], [80, 3000, 'http', 'nothing'][detail % 4])
    case 'port':
      return put(['spec', 'ports', 0, 'port'], [80, 5432, 8080][detail % 3])
    case 'environment':
      return put(
        ['spec', 'template', 'spec', 'containers', 0, 'env'],
        [{ name: 'TARGET_URL', value: `http://${host}:${[80, 5432, 3000][detail % 3]}/` }],
      )
    case 'configuration':
      return put(['data'], { 'app.conf': `url = http://${host}:80/\n`, TARGET_HOST: host })
    case 'unready':
      return put(['status', 'conditions'], [{ type: 'Ready', status: detail % 2 === 0 ? 'False' : 'True' }])
    case 'finish':
      return put(['status', 'phase'], ['Succeeded', 'Failed', 'Running'][detail % 3])
    case 'readdress':
      return put(['status', 'podIPs'], [{ ip: addresses[detail % addresses.length] }])
    case 'empty-slice':
      return put(['endpoints'], [])
    case 'route':
      return put(['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'name'], host)
  }
}

/** Applies a random edit to one of the objects; nothing when none can be changed so. */
export function apply(edit: RandomEdit, objects: readonly KubeObject[]): Applied {
  const possible = objects.filter((object) => applies(edit.what, object))
  const object = possible[edit.pick % Math.max(possible.length, 1)]
  return object === undefined ? { put: [], remove: [] } : change(edit, object)
}

const identity = ({ kind, metadata: { namespace, name } }: KubeObject): string =>
  `${kind} ${namespace} ${name}`

/** The snapshot as if it had been read after the edit. */
export function edited(snapshot: Snapshot, { put, remove }: Applied): Snapshot {
  const gone = new Set([...put, ...remove].map(identity))
  return {
    ...snapshot,
    objects: [...snapshot.objects.filter((object) => !gone.has(identity(object))), ...put],
  }
}
