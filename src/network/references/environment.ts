import type { ConfigMap } from '../../snapshot/kinds/config-map.ts'
import type { Container, EnvVar } from '../../snapshot/kinds/pod-spec.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Read } from '../inventory/read.ts'
import type { Workload } from '../workloads/workload.ts'
import { expandReferences, hidden, type Lookup } from './expansion.ts'
import { serviceVariable } from './service-variables.ts'
import { WrittenText } from './written-text.ts'

/** The variables that a container starts with. */
export interface Environment {
  /** By name, as far as objects show the value; {@link hidden} where a variable is set and its value is not shown. */
  readonly variables: ReadonlyMap<string, WrittenText | typeof hidden>
  /** What `$(VAR)` stands for: the container's variables, then those that the kubelet sets for Services. */
  readonly lookup: Lookup
  /** The reads that it rests on. */
  readonly reads: readonly Read<ConfigMap>[]
}

/**
 * The environment as the kubelet makes it: envFrom in order, then env in order, a later one of a name in place of an
 * earlier; `$(VAR)` sees what stands before it. Values from Secrets are never looked at. Source:
 * pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables.
 *
 * @param path field of the container in the workload, such as `spec.template.spec.containers[0]`
 */
export function environmentOf(
  container: Container,
  path: string,
  workload: Workload,
  inventory: Inventory,
): Environment {
  const builder = new Builder(container, workload, inventory)
  for (const { configMapRef, prefix = '' } of container.envFrom) {
    if (configMapRef !== undefined) builder.import(configMapRef.name, prefix)
  }
  for (const [index, variable] of container.env.entries())
    builder.add(variable, `${path}.env[${index}].value`)
  return builder
}

class Builder implements Environment {
  readonly variables = new Map<string, WrittenText | typeof hidden>()
  readonly reads: Read<ConfigMap>[] = []
  readonly #container: Container
  readonly #workload: Workload
  readonly #inventory: Inventory

  constructor(container: Container, workload: Workload, inventory: Inventory) {
    this.#container = container
    this.#workload = workload
    this.#inventory = inventory
  }

  import(name: string, prefix: string): void {
    const object = this.#configMap(name)
    for (const [key, value] of Object.entries(object?.data ?? {})) {
      if (object !== undefined)
        this.variables.set(prefix + key, this.#imported(object, key, value, prefix + key))
    }
  }

  add(variable: EnvVar, field: string): void {
    const { name, value, valueFrom } = variable
    if (value !== undefined && value !== '') {
      const origin = {
        object: this.#workload.reference,
        field,
        kind: 'env',
        container: this.#container.name,
        key: name,
        value,
      } as const
      this.variables.set(name, expandReferences(WrittenText.of(origin), this.lookup))
    } else if (valueFrom === undefined) {
      const value = ''
      this.variables.set(
        name,
        WrittenText.of({ object: this.#workload.reference, field, kind: 'env', value }),
      )
    } else {
      const imported = this.#referred(name, valueFrom)
      this.variables.set(name, imported)
    }
  }

  readonly lookup: Lookup = (name) =>
    this.variables.get(name) ?? serviceVariable(name, this.#workload, this.#inventory)

  #referred(
    name: string,
    { configMapKeyRef, fieldRef }: NonNullable<EnvVar['valueFrom']>,
  ): WrittenText | typeof hidden {
    if (fieldRef?.fieldPath === 'metadata.namespace') {
      const { reference, namespace } = this.#workload
      return WrittenText.of({
        object: reference,
        field: 'metadata.namespace',
        kind: 'env',
        container: this.#container.name,
        key: name,
        value: namespace,
      })
    }
    const [, label] = /^metadata\.labels\['([^']{1,400})'\]$/.exec(fieldRef?.fieldPath ?? '') ?? []
    if (label !== undefined) return this.#label(name, label)
    if (configMapKeyRef === undefined) return hidden
    const object = this.#configMap(configMapKeyRef.name)
    const value = object?.data[configMapKeyRef.key]
    return object === undefined || value === undefined
      ? hidden
      : this.#imported(object, configMapKeyRef.key, value, name)
  }

  #label(variable: string, label: string): WrittenText | typeof hidden {
    const { reference, labels } = this.#workload
    const value = labels[label]
    if (value === undefined) return hidden
    return WrittenText.of({
      object: reference,
      field: `metadata.labels[${JSON.stringify(label)}]`,
      kind: 'env',
      container: this.#container.name,
      key: variable,
      value,
    })
  }

  #imported(object: ConfigMap, key: string, value: string, variable: string): WrittenText {
    return WrittenText.of({
      object: referenceTo(object),
      field: `data[${JSON.stringify(key)}]`,
      kind: 'config-map',
      container: this.#container.name,
      key,
      variable,
      value,
    })
  }

  #configMap(name: string): ConfigMap | undefined {
    const read = this.#inventory.get('ConfigMap', this.#workload.namespace, name)
    this.reads.push(read)
    return read.items[0]
  }
}
