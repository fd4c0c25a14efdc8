import type { Workload } from '../../network/workloads/workload.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import type { Evidence } from '../finding.ts'
import { listed, say, type Text } from '../text.ts'
import { containerField } from './containers.ts'

/** A ConfigMap or Secret that a container takes its configuration from. */
export interface ConfigurationSource {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  /** Where it is mounted; absent for environment variables. */
  readonly mountPath?: string | undefined
  /** Field of the workload that names it. */
  readonly field: string
}

/** Every pod has it; it holds no configuration of the application. */
const clusterRoot = 'kube-root-ca.crt'

/** The ConfigMaps and Secrets that a container of the workload mounts or reads into its environment, each once. */
export function configurationOf(workload: Workload, container: Container): readonly ConfigurationSource[] {
  const all = [...mounted(workload, container), ...fromEnvironment(workload, container)].filter(
    ({ name }) => name !== clusterRoot,
  )
  return [...new Map(all.map((source) => [`${source.kind}/${source.name}`, source])).values()]
}

function mounted(workload: Workload, container: Container): readonly ConfigurationSource[] {
  return workload.spec.volumes.flatMap((volume, index) => {
    const mount = container.volumeMounts.find(({ name }) => name === volume.name)
    if (mount === undefined) return []
    const { mountPath } = mount
    const base = `${workload.specPath}.volumes[${index}]`
    const projected = (volume.projected?.sources ?? []).flatMap(({ configMap, secret }, at) => [
      ...source('ConfigMap', configMap?.name, `${base}.projected.sources[${at}].configMap.name`, mountPath),
      ...source('Secret', secret?.name, `${base}.projected.sources[${at}].secret.name`, mountPath),
    ])
    return [
      ...source('ConfigMap', volume.configMap?.name, `${base}.configMap.name`, mountPath),
      ...source('Secret', volume.secret?.secretName, `${base}.secret.secretName`, mountPath),
      ...projected,
    ]
  })
}

function fromEnvironment(workload: Workload, container: Container): readonly ConfigurationSource[] {
  const base = containerField(workload, container.name)
  const wholes = container.envFrom.flatMap(({ configMapRef, secretRef }, index) => [
    ...source('ConfigMap', configMapRef?.name, `${base}.envFrom[${index}].configMapRef.name`),
    ...source('Secret', secretRef?.name, `${base}.envFrom[${index}].secretRef.name`),
  ])
  const keys = container.env.flatMap(({ valueFrom }, index) => [
    ...source(
      'ConfigMap',
      valueFrom?.configMapKeyRef?.name,
      `${base}.env[${index}].valueFrom.configMapKeyRef.name`,
    ),
    ...source('Secret', valueFrom?.secretKeyRef?.name, `${base}.env[${index}].valueFrom.secretKeyRef.name`),
  ])
  return [...wholes, ...keys]
}

function source(
  kind: ConfigurationSource['kind'],
  name: string | undefined,
  field: string,
  mountPath?: string,
): readonly ConfigurationSource[] {
  return name === undefined ? [] : [{ kind, name, field, mountPath }]
}

/** `ConfigMap web-config at /etc/nginx/conf.d and Secret db`. */
export function configurationText(sources: readonly ConfigurationSource[], { namespace }: Workload): Text {
  return listed(
    sources.map(({ kind, name, mountPath }) => {
      const reference = { apiVersion: 'v1', kind, namespace, name }
      return mountPath === undefined ? say`${reference}` : say`${reference} at ${mountPath}`
    }),
  )
}

/** The fields that name the sources. */
export function configurationEvidence(
  sources: readonly ConfigurationSource[],
  { reference }: Workload,
): readonly Evidence[] {
  return sources.map(({ field, name }) => ({ reference, field, value: name }))
}
