import type { Gap, ObjectReference } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Workloads } from '../workloads/workloads.ts'

/** Software that serves Ingresses or Gateways, as far as it is told apart here. */
export type Product =
  | 'ingress-nginx'
  | 'nginx-inc'
  | 'traefik'
  | 'haproxy-ingress'
  | 'haproxytech'
  | 'kong'
  | 'contour'
  | 'istio'
  | 'envoy-gateway'
  | 'cilium'
  | 'nginx-gateway-fabric'
  | 'aws-load-balancer'
  | 'gke'
  | 'azure-application-gateway'
  | 'unknown'

/** What serves a class, and how that is known. */
export interface Controller {
  readonly product: Product
  /** `spec.controller` of the IngressClass, `spec.controllerName` of the GatewayClass; absent without a class. */
  readonly name?: string | undefined
  readonly class?: ObjectReference | undefined
  /** By the image of pods that run, or only by what the class says of itself. */
  readonly knownBy: 'image' | 'class'
  /** What dials the backends: its pods are the clients that policies see. Empty where it runs outside of the cluster or was not found. */
  readonly workloads: readonly Workload[]
  /** A cloud's own: no pod of the cluster takes the requests. */
  readonly isOutside: boolean
  /** Of its image's tag, without `v`: `3.7.13`. */
  readonly version?: string | undefined
}

/** Who serves an Ingress, or a Gateway. */
export type Serving =
  | { readonly is: 'served'; readonly controller: Controller }
  | {
      readonly is: 'unserved'
      readonly reason: 'no-class' | 'class-not-found' | 'no-controller'
      /** The name of the class that is asked for. */
      readonly className?: string | undefined
      /** The class, where it exists. */
      readonly class?: ObjectReference | undefined
      readonly controllerName?: string | undefined
    }
  /** `gaps`: what would tell; empty where no object tells, such as a `spec.controller` that we do not know. */
  | {
      readonly is: 'unknown'
      readonly gaps: readonly Gap[]
      readonly className?: string | undefined
      readonly controllerName?: string | undefined
    }

/** The workloads whose pods take requests for a Serving: the clients that the backends' policies see. */
export function proxiesOf(serving: Serving): readonly Workload[] {
  return serving.is === 'served' ? serving.controller.workloads : []
}

/** Finds what implements classes: by the images that run first, then by what classes say of themselves. */
export class Controllers {
  readonly #inventory: Inventory
  readonly #workloads: Workloads

  constructor(inventory: Inventory, workloads: Workloads) {
    this.#inventory = inventory
    this.#workloads = workloads
  }

  /**
   * Who implements a GatewayClass.
   *
   * @param controllerName `spec.controllerName`
   * @param of the GatewayClass
   */
  forGatewayClass(controllerName: string, of: ObjectReference): Serving {
    const gaps = this.#inventory.gaps('Pod').length > 0 ? this.#workloads.unread() : []
    return { is: 'unknown', gaps, className: of.name, controllerName }
  }
}
