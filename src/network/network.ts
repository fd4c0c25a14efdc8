import type { Snapshot } from '../snapshot/snapshot.ts'
import { Inventory, type ObjectChanges } from './inventory/inventory.ts'
import { Policies } from './policy/policies.ts'
import type { CniProfile } from './policy/profile.ts'
import { References } from './references/references.ts'
import { Routes } from './routes/routes.ts'
import { Services } from './services/services.ts'
import { Traffic } from './traffic/traffic.ts'
import { Workloads } from './workloads/workloads.ts'

/**
 * The model of one cluster at one moment: pure, without judgement of intent. Sub-models compute on first use and
 * take the siblings that they need, never the whole network.
 */
export class Network {
  readonly inventory: Inventory
  readonly workloads: Workloads
  readonly services: Services
  readonly policy: Policies
  readonly references: References
  readonly routes: Routes
  readonly traffic: Traffic
  readonly #plugin: CniProfile | undefined

  private constructor(inventory: Inventory, plugin: CniProfile | undefined) {
    this.inventory = inventory
    this.workloads = new Workloads(inventory)
    this.services = new Services(inventory, this.workloads)
    this.policy = new Policies(inventory, plugin)
    this.#plugin = plugin
    this.references = new References(inventory, this.workloads)
    this.routes = new Routes(inventory, this.workloads, this.services)
    this.traffic = new Traffic(inventory, this.workloads, this.references, this.routes)
  }

  /** @param plugin what the network plugin does, when somebody told it; without it, a guess from the DaemonSets */
  static of(snapshot: Snapshot, plugin?: CniProfile): Network {
    return new Network(Inventory.of(snapshot), plugin)
  }

  /**
   * The same cluster at a later moment, as a watch tells of it: shares every untouched object and index.
   *
   * @param snapshot as this one's, with the changes
   */
  at(snapshot: Snapshot, changes: ObjectChanges): Network {
    return new Network(this.inventory.at(snapshot, changes), this.#plugin)
  }

  /**
   * A changed world that shares every untouched object, index and result with this one.
   *
   * @param simulated namespaces in which slices are those that the controller would write, not the observed ones
   */
  with(changes: ObjectChanges, simulated: readonly string[] = []): Network {
    return new Network(this.inventory.with(changes, simulated), this.#plugin)
  }
}
