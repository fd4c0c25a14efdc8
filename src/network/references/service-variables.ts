import type { Service } from '../../snapshot/kinds/service.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { isExternalName, isHeadless, protocolOf } from '../services/service-facts.ts'
import type { Workload } from '../workloads/workload.ts'

const table = memoTable<ReadonlyMap<string, string>>('references.serviceVariables')

/**
 * A variable that the kubelet sets for a Service with a ClusterIP: `POSTGRES_SERVICE_HOST`, `POSTGRES_SERVICE_PORT`,
 * `POSTGRES_PORT_5432_TCP_ADDR`, ... Those of the namespace's Services unless `enableServiceLinks` is false; those of the
 * API server always. A pod keeps what it was started with. Source: pkg/kubelet/envvars/envvars.go.
 */
export function serviceVariable(name: string, workload: Workload, inventory: Inventory): string | undefined {
  if (!/_(?:SERVICE_HOST|SERVICE_PORT|PORT)(?:_|$)/.test(name)) return undefined
  const apiServer = name.startsWith('KUBERNETES_') ? variablesIn('default', inventory).get(name) : undefined
  if (apiServer !== undefined) return apiServer
  return workload.spec.enableServiceLinks === false
    ? undefined
    : variablesIn(workload.namespace, inventory).get(name)
}

function variablesIn(namespace: string, inventory: Inventory): ReadonlyMap<string, string> {
  return inventory.memo.get(table, namespace, () => {
    const services = inventory.list('Service', namespace).items
    return new Map(services.flatMap(variablesOf))
  })
}

function variablesOf(service: Service): readonly (readonly [string, string])[] {
  const { clusterIP = '', ports } = service.spec
  const [first] = ports
  if (isExternalName(service) || isHeadless(service) || clusterIP === '' || first === undefined) return []
  const prefix = variableName(service.metadata.name)
  const url = (protocol: string, port: number): string =>
    `${protocol.toLowerCase()}://${clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP}:${port}`
  return [
    [`${prefix}_SERVICE_HOST`, clusterIP],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
    [`${prefix}_PORT`, url(protocolOf(first), first.port)],
    ...ports.flatMap((item): readonly (readonly [string, string])[] => {
      const link = `${prefix}_PORT_${item.port}_${protocolOf(item).toUpperCase()}`
      return [
        ...(item.name === ''
          ? []
          : [[`${prefix}_SERVICE_PORT_${variableName(item.name)}`, String(item.port)] as const]),
        [link, url(protocolOf(item), item.port)],
        [`${link}_PROTO`, protocolOf(item).toLowerCase()],
        [`${link}_PORT`, String(item.port)],
        [`${link}_ADDR`, clusterIP],
      ]
    }),
  ]
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_')
}
