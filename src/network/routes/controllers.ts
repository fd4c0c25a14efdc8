import type { Ingress } from '../../snapshot/kinds/ingress.ts'
import type { IngressClass } from '../../snapshot/kinds/ingress-class.ts'
import type { Node } from '../../snapshot/kinds/node.ts'
import { type Gap, type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { distinctGaps, type Read } from '../inventory/read.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Workloads } from '../workloads/workloads.ts'
import { type Claim, claimOf, type Dialect } from './claims.ts'
import { classNameOf, isAdopted } from './class-names.ts'
import { type Instance, runningInstances } from './instances.ts'
import { type KnownProduct, type Product, productNamed, productOfAnnotation } from './products.ts'

export type { Dialect } from './claims.ts'
export type { Product } from './products.ts'

/** What serves a class, and how that is known. */
export interface Controller {
  readonly product: Product
  readonly dialect: Dialect
  /** `spec.controller` of the IngressClass, `spec.controllerName` of the GatewayClass; absent without a class. */
  readonly name?: string | undefined
  readonly class?: ObjectReference | undefined
  /** By the image of pods that run, or only by what the class says of itself. */
  readonly knownBy: 'image' | 'class'
  /** The workload that runs the controller's image; its pods are no proxies where the product sets up others. */
  readonly instance?: Instance | undefined
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
      /** Set when it rests on absence in an open world. */
      readonly open?: Read<unknown>['open']
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

const defaultAnnotation = 'ingressclass.kubernetes.io/is-default-class'

const servings = memoTable<Serving>('routes.serving')
const adopted = memoTable<ReadonlySet<string>>('routes.adopted')

/** Finds what implements classes: by the images that run first, then by what classes say of themselves. */
export class Controllers {
  readonly #inventory: Inventory
  readonly #workloads: Workloads

  constructor(inventory: Inventory, workloads: Workloads) {
    this.#inventory = inventory
    this.#workloads = workloads
  }

  /** Controllers that run, whatever they serve. */
  running(): Read<Instance> {
    return runningInstances(this.#inventory, this.#workloads)
  }

  /** IngressClasses that are marked as default, by name. */
  defaultClasses(): Read<IngressClass> {
    const read = this.#inventory.list('IngressClass')
    return {
      ...read,
      items: read.items.filter(({ metadata }) => metadata.annotations[defaultAnnotation] === 'true'),
    }
  }

  /** Who serves an Ingress: a controller that runs and takes it by its flags, else whoever its class names. */
  forIngress(ingress: Ingress): Serving {
    return this.#inventory.memo.get(servings, ingress, () => this.#forIngress(ingress))
  }

  #forIngress(ingress: Ingress): Serving {
    const classes = this.#inventory.list('IngressClass')
    const asked = this.#defaulted(ingress)
    const claims = this.running().items.flatMap((instance): readonly Claim[] =>
      claimOf(instance, asked, classes.items),
    )
    const [claim] = claims
    if (claim !== undefined) return { is: 'served', controller: this.#claimed(claim, asked) }
    const className = classNameOf(asked)
    if (className === undefined) return this.#withoutClass(ingress)
    const found = this.#inventory.get('IngressClass', '', className)
    const [object] = found.items
    if (object !== undefined) return this.#byClass(ingress, object)
    if (asked.spec.ingressClassName === undefined) return this.#byAnnotation(ingress, className)
    if (isAdopted(ingress)) return { is: 'unknown', gaps: [], className }
    if (found.gaps.length > 0) return { is: 'unknown', gaps: found.gaps, className }
    return { is: 'unserved', reason: 'class-not-found', className, open: found.open }
  }

  /**
   * Who implements a GatewayClass.
   *
   * @param controllerName `spec.controllerName`
   * @param of the GatewayClass
   */
  forGatewayClass(controllerName: string, of: ObjectReference): Serving {
    const known = productNamed(controllerName)
    const read = this.running()
    const instance = read.items.find((item) => item.product === known.product && servesGateways(item))
    const common = { className: of.name, controllerName }
    if (instance !== undefined)
      return { is: 'served', controller: controllerOf(known, 'generic', instance, controllerName, of) }
    if (known.isOutside)
      return { is: 'served', controller: controllerOf(known, 'generic', undefined, controllerName, of) }
    if (known.product === 'unknown') return { is: 'unknown', gaps: [], ...common }
    if (read.gaps.length > 0) return { is: 'unknown', gaps: read.gaps, ...common }
    return { is: 'unserved', reason: 'no-controller', class: of, open: read.open, ...common }
  }

  /** Manifests are read as they would be applied: the API server gives an Ingress without class the default one. */
  #defaulted(ingress: Ingress): Ingress {
    if (!this.#inventory.snapshot.coverage.declared || classNameOf(ingress) !== undefined) return ingress
    const [newest] = this.defaultClasses().items
    if (newest === undefined) return ingress
    return { ...ingress, spec: { ...ingress.spec, ingressClassName: newest.metadata.name } }
  }

  #claimed({ instance, dialect }: Claim, ingress: Ingress): Controller {
    const name = classNameOf(ingress)
    const object = name === undefined ? undefined : this.#inventory.get('IngressClass', '', name).items[0]
    return controllerOf(
      instance,
      dialect,
      instance,
      object?.spec.controller,
      object === undefined ? undefined : referenceTo(object),
    )
  }

  #byClass(ingress: Ingress, object: IngressClass): Serving {
    const controllerName = object.spec.controller ?? ''
    return this.#byProduct(productNamed(controllerName), ingress, {
      className: object.metadata.name,
      class: referenceTo(object),
      controllerName,
    })
  }

  /** An annotation needs no object: whoever looks for its value takes the Ingress. */
  #byAnnotation(ingress: Ingress, className: string): Serving {
    return this.#byProduct(productOfAnnotation(className), ingress, { className })
  }

  #byProduct(
    known: KnownProduct,
    ingress: Ingress,
    asked: {
      readonly className: string
      readonly class?: ObjectReference
      readonly controllerName?: string
    },
  ): Serving {
    const { className, controllerName } = asked
    if (known.product === 'unknown') return { is: 'unknown', gaps: [], className, controllerName }
    const served: Serving = {
      is: 'served',
      controller: controllerOf(known, dialectOf(known.product), undefined, controllerName, asked.class),
    }
    if (known.isOutside) return served
    const { gaps, open } = this.running()
    // What runs may be another product, which serves this class in its own way: Traefik takes that of ingress-nginx.
    if (gaps.length > 0) return { is: 'unknown', gaps, className, controllerName }
    // An address in the status of any Ingress of the class was written by a controller, wherever that runs.
    if (isAdopted(ingress) || this.#adoptedClasses().has(className) || open !== undefined) return served
    return { is: 'unserved', reason: 'no-controller', ...asked }
  }

  #withoutClass(ingress: Ingress): Serving {
    if (isAdopted(ingress)) return { is: 'unknown', gaps: [] }
    // GKE's own controller takes Ingresses without class, and no object of the cluster shows it.
    const { version } = this.#inventory.snapshot.server
    if (version !== undefined && /-gke\./.test(version))
      return {
        is: 'served',
        controller: controllerOf(productOfAnnotation('gce'), 'generic', undefined, undefined, undefined),
      }
    // Files do not tell the version, and machines of Google Cloud run other clusters, too.
    const isOnGoogleCloud = ({ spec }: Node): boolean => spec.providerID?.startsWith('gce://') === true
    if (version === undefined && this.#inventory.list('Node').items.some(isOnGoogleCloud))
      return { is: 'unknown', gaps: [] }
    const gaps = distinctGaps([this.running().gaps, this.defaultClasses().gaps])
    if (gaps.length > 0) return { is: 'unknown', gaps }
    return { is: 'unserved', reason: 'no-class', open: this.defaultClasses().open }
  }

  #adoptedClasses(): ReadonlySet<string> {
    return this.#inventory.memo.get(
      adopted,
      '',
      () =>
        new Set(
          this.#inventory
            .list('Ingress')
            .items.filter(isAdopted)
            .flatMap((ingress) => classNameOf(ingress) ?? []),
        ),
    )
  }
}

function dialectOf(product: Product): Dialect {
  return product === 'ingress-nginx' || product === 'traefik' ? product : 'generic'
}

/** Traefik serves Gateways only when asked to; the others know no such switch. */
function servesGateways({ product, options }: Instance): boolean {
  if (product !== 'traefik') return true
  const isConfigured = [...options.keys()].some((name) => name.startsWith('providers.'))
  return !isConfigured || [...options.keys()].some((name) => name.startsWith('providers.kubernetesgateway'))
}

function controllerOf(
  { product, isOutside, isProxy }: KnownProduct,
  dialect: Dialect,
  instance: Instance | undefined,
  name: string | undefined,
  of: ObjectReference | undefined,
): Controller {
  return {
    product,
    dialect,
    name,
    class: of,
    knownBy: instance === undefined ? 'class' : 'image',
    instance,
    workloads: instance !== undefined && isProxy && !isOutside ? [instance.workload] : [],
    isOutside,
    version: instance?.version,
  }
}
