import type { Inventory } from '../inventory/inventory.ts'
import type { Services } from '../services/services.ts'
import type { Workloads } from '../workloads/workloads.ts'
import type { Controllers } from './controllers.ts'

/** What the sorts of routes are built of. */
export interface RouteParts {
  readonly inventory: Inventory
  readonly workloads: Workloads
  readonly services: Services
  readonly controllers: Controllers
}
