import type { KubeObject } from '../../snapshot/kinds/kinds.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { joinReads, type Read } from '../inventory/read.ts'
import type { RouteBackend } from './route.ts'

/** Services that the API server itself calls: admission webhooks and aggregated APIs. */
export function controlPlaneBackends(inventory: Inventory): Read<RouteBackend> {
  const mutating = inventory.list('MutatingWebhookConfiguration')
  const validating = inventory.list('ValidatingWebhookConfiguration')
  const apis = inventory.list('APIService')
  const items = [
    ...[...mutating.items, ...validating.items].flatMap((configuration) =>
      configuration.webhooks.flatMap((webhook, index) => {
        const { service } = webhook.clientConfig
        const field = `webhooks[${index}].clientConfig.service`
        return service === undefined ? [] : [backend(configuration, field, service, webhook.name)]
      }),
    ),
    ...apis.items.flatMap((api) => {
      const { service } = api.spec
      return service === undefined ? [] : [backend(api, 'spec.service', service, api.metadata.name)]
    }),
  ]
  return { ...joinReads<KubeObject>([mutating, validating, apis]), items }
}

function backend(
  object: Parameters<typeof referenceTo>[0],
  field: string,
  service: {
    readonly namespace: string
    readonly name: string
    readonly port?: number | string | undefined
  },
  title: string,
): RouteBackend {
  return {
    by: referenceTo(object),
    field,
    namespace: service.namespace,
    service: service.name,
    port: service.port ?? 443,
    title,
    isShare: false,
    weight: 1,
    servedBy: [],
  }
}
