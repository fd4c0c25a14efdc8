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

interface ProductFacts {
  readonly product: Exclude<Product, 'unknown'>
  /** `spec.controller` of an IngressClass or `spec.controllerName` of a GatewayClass; more may follow after a `/`. */
  readonly controllerNames: readonly string[]
  /** Values of the annotation `kubernetes.io/ingress.class` that it takes without any IngressClass. */
  readonly annotations?: readonly string[]
  /** Its image's name, without registry and tag, matches at the end. */
  readonly images: readonly string[]
  /** A service of the cloud: no pod takes the requests, and the controller may not even run in the cluster. */
  readonly isOutside?: boolean
  /** The pods with this image dial the backends themselves; else it sets up others that do. */
  readonly isProxy?: boolean
}

/** From the projects' own manifests and documentation. */
const products: readonly ProductFacts[] = [
  {
    product: 'ingress-nginx',
    controllerNames: ['k8s.io/ingress-nginx', 'webapprouting.kubernetes.azure.com/nginx'],
    annotations: ['nginx'],
    images: ['ingress-nginx/controller', 'ingress-nginx/controller-chroot', 'nginx-ingress-controller'],
    isProxy: true,
  },
  {
    product: 'nginx-inc',
    controllerNames: ['nginx.org/ingress-controller'],
    images: ['nginx/nginx-ingress', 'nginx-ic/nginx-plus-ingress'],
    isProxy: true,
  },
  {
    product: 'traefik',
    controllerNames: ['traefik.io/ingress-controller', 'traefik.io/gateway-controller'],
    annotations: ['traefik'],
    images: ['traefik', 'mirrored-library-traefik', 'traefik-hub'],
    isProxy: true,
  },
  {
    product: 'haproxy-ingress',
    controllerNames: ['haproxy-ingress.github.io/controller'],
    annotations: ['haproxy'],
    images: ['haproxy-ingress'],
    isProxy: true,
  },
  {
    product: 'haproxytech',
    controllerNames: ['haproxy.org/ingress-controller', 'haproxy.org/gateway-controller'],
    images: ['haproxytech/kubernetes-ingress'],
    isProxy: true,
  },
  {
    product: 'kong',
    controllerNames: ['ingress-controllers.konghq.com/kong', 'konghq.com/kic-gateway-controller'],
    annotations: ['kong'],
    images: ['kong/kubernetes-ingress-controller', 'kong/nightly-ingress-controller'],
  },
  {
    product: 'contour',
    controllerNames: ['projectcontour.io/ingress-controller', 'projectcontour.io/gateway-controller'],
    annotations: ['contour'],
    images: ['projectcontour/contour'],
  },
  {
    product: 'istio',
    controllerNames: ['istio.io/ingress-controller', 'istio.io/gateway-controller'],
    annotations: ['istio'],
    images: ['istio/pilot'],
  },
  {
    product: 'envoy-gateway',
    controllerNames: ['gateway.envoyproxy.io/gatewayclass-controller'],
    images: ['envoyproxy/gateway'],
  },
  {
    product: 'cilium',
    controllerNames: ['cilium.io/ingress-controller', 'io.cilium/gateway-controller'],
    annotations: ['cilium'],
    images: ['cilium/operator', 'cilium/operator-generic', 'cilium/operator-aws', 'cilium/operator-azure'],
  },
  {
    product: 'nginx-gateway-fabric',
    controllerNames: ['gateway.nginx.org/nginx-gateway-controller'],
    images: ['nginx-gateway-fabric'],
  },
  {
    product: 'aws-load-balancer',
    controllerNames: [
      'ingress.k8s.aws/alb',
      'eks.amazonaws.com/alb',
      'gateway.k8s.aws/alb',
      'gateway.k8s.aws/nlb',
      'application-networking.k8s.aws/gateway-api-controller',
    ],
    annotations: ['alb'],
    images: ['aws-load-balancer-controller'],
    isOutside: true,
  },
  {
    product: 'gke',
    controllerNames: ['k8s.io/ingress-gce', 'networking.gke.io/gateway', 'networking.gke.io/ingress'],
    annotations: ['gce', 'gce-internal'],
    images: [],
    isOutside: true,
  },
  {
    product: 'azure-application-gateway',
    controllerNames: ['azure/application-gateway', 'alb.networking.azure.io/alb-controller'],
    annotations: ['azure/application-gateway', 'azure-alb-external'],
    images: ['azure-application-gateway/kubernetes-ingress'],
    isOutside: true,
  },
]

const unknownFacts = { product: 'unknown', isOutside: false, isProxy: false } as const

export interface KnownProduct {
  readonly product: Product
  readonly isOutside: boolean
  readonly isProxy: boolean
}

const known = (facts: ProductFacts | undefined): KnownProduct =>
  facts === undefined
    ? unknownFacts
    : { product: facts.product, isOutside: facts.isOutside === true, isProxy: facts.isProxy === true }

/** The product that gives itself this controller name; a cluster may run several under longer names. */
export function productNamed(controllerName: string): KnownProduct {
  return known(
    products.find(({ controllerNames }) =>
      controllerNames.some((name) => controllerName === name || controllerName.startsWith(`${name}/`)),
    ),
  )
}

/** The product that takes Ingresses with this value of the annotation `kubernetes.io/ingress.class`. */
export function productOfAnnotation(value: string): KnownProduct {
  return known(products.find(({ annotations = [] }) => annotations.includes(value)))
}

/** The product that an image holds, with the version that its tag says. */
export function productOfImage(
  image: string,
): (KnownProduct & { readonly version?: string | undefined }) | undefined {
  const [, path = '', tag] = /^([^@]*?)(?::([^/:@]+))?(?:@.*)?$/.exec(image) ?? []
  const facts = products.find(({ images }) =>
    images.some((name) => path === name || path.endsWith(`/${name}`)),
  )
  return facts === undefined ? undefined : { ...known(facts), version: versionOf(tag) }
}

/** `v1.12.1` and `3.7.13-alpine` as `1.12.1` and `3.7.13`; nothing for tags such as `latest`. */
function versionOf(tag: string | undefined): string | undefined {
  return tag === undefined ? undefined : /^v?(\d+(?:\.\d+)*)/.exec(tag)?.[1]
}

/** Whether a version is at least another one; `undefined` when it is not known. */
export function isAtLeast(version: string | undefined, wanted: string): boolean | undefined {
  if (version === undefined) return undefined
  const [own, other] = [version.split('.').map(Number), wanted.split('.').map(Number)]
  for (const [index, part] of other.entries()) {
    const difference = (own[index] ?? 0) - part
    if (difference !== 0) return difference > 0
  }
  return true
}
