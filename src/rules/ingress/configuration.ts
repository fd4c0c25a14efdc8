import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Controller } from '../../network/routes/controllers.ts'

/**
 * A key of the ConfigMap that ingress-nginx is configured by; '' where it is not set.
 *
 * @returns `undefined` where the controller names no ConfigMap that can be told from its flags
 * @throws UnknownVerdict when ConfigMaps could not be read
 */
export function configurationOf({ instance }: Controller, key: string, network: Network): string | undefined {
  const named = instance?.options.get('configmap')
  if (instance === undefined || named === undefined) return undefined
  const [first = '', second] = named.replace('$(POD_NAMESPACE)', instance.workload.namespace).split('/')
  if (second === undefined || first.includes('$')) return undefined
  const [found] = whole(network.inventory.get('ConfigMap', first, second))
  return found?.data[key] ?? ''
}
