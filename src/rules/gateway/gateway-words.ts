import type { Network } from '../../network/network.ts'
import type { Gateway } from '../../snapshot/kinds/gateway.ts'
import type { Severity } from '../finding.ts'
import { counted, type Text, word } from '../text.ts'

/** What stands under a Gateway, for the end of a sentence: `its 3 routes`, or `routes under it` where none is known. */
export function routesText(gateway: Gateway, network: Network): Text {
  const keys = network.routes.gateway
    .under(gateway)
    .items.map(({ route }) => `${route.kind}/${route.metadata.namespace}/${route.metadata.name}`)
  const count = new Set(keys).size
  return count === 0 ? word('routes under it') : [...word('its '), ...counted(count, 'route')]
}

/** An error needs a route under the Gateway, or that not all routes may be read. */
export function severityOf(gateway: Gateway, network: Network): Severity {
  const under = network.routes.gateway.under(gateway)
  return under.items.length > 0 || under.gaps.length > 0 ? 'error' : 'warning'
}
