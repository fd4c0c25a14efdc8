import type { Ingress } from '../../snapshot/kinds/ingress.ts'
import type { IngressClass } from '../../snapshot/kinds/ingress-class.ts'
import { classAnnotation, classNameOf } from './class-names.ts'
import type { Instance } from './instances.ts'
import { productNamed } from './products.ts'

/**
 * Whose rules a route follows: of software whose source was read and which our tests run or follow (`ingress-nginx`,
 * `traefik`, and Traefik's provider that takes Ingresses of ingress-nginx), else those of the specification.
 */
export type Dialect = 'ingress-nginx' | 'traefik' | 'traefik-nginx' | 'generic'

/** A controller that runs and takes an Ingress. */
export interface Claim {
  readonly instance: Instance
  readonly dialect: Dialect
}

/** Whether a controller that runs takes an Ingress, by its own rules and flags. None or one. */
export function claimOf(
  instance: Instance,
  ingress: Ingress,
  classes: readonly IngressClass[],
): readonly Claim[] {
  const dialect = dialectsOf(instance).find((item) => takes[item](instance, ingress, classes))
  return dialect === undefined ? [] : [{ instance, dialect }]
}

function dialectsOf({ product }: Instance): readonly Dialect[] {
  if (product === 'ingress-nginx') return ['ingress-nginx']
  return product === 'traefik' ? ['traefik', 'traefik-nginx'] : ['generic']
}

type Takes = (instance: Instance, ingress: Ingress, classes: readonly IngressClass[]) => boolean

const takes: Readonly<Record<Dialect, Takes>> = {
  // ingress-nginx, store.GetIngressClass: the field, else the annotation, else the flag.
  'ingress-nginx': ({ options }, ingress, classes) =>
    likeNginx(ingress, classes, {
      isWatched: options.get('watch-namespace'),
      controller: options.get('controller-class') ?? 'k8s.io/ingress-nginx',
      annotation: options.get('ingress-class') ?? 'nginx',
      byName: options.get('ingress-class-by-name') === 'true',
      withoutClass: options.get('watch-ingress-without-class') === 'true',
    }),
  // Traefik, provider kubernetesIngressNGINX, shouldProcess: as ingress-nginx does.
  'traefik-nginx': (instance, ingress, classes) => {
    const option = providerOption(instance, 'providers.kubernetesingressnginx')
    if (option === undefined) return false
    return likeNginx(ingress, classes, {
      isWatched: option('watchnamespace'),
      controller: option('controllerclass') ?? 'k8s.io/ingress-nginx',
      annotation: option('ingressclass') ?? 'nginx',
      byName: option('ingressclassbyname') === 'true',
      withoutClass: option('watchingresswithoutclass') === 'true',
    })
  },
  // Traefik, provider kubernetesIngress, shouldProcessIngress: without the field, an absent annotation equals an absent option.
  traefik: (instance, ingress, classes) => {
    const option =
      providerOption(instance, 'providers.kubernetesingress') ??
      (isConfigured(instance) ? undefined : () => undefined)
    if (option === undefined) return false
    const { spec, metadata } = ingress
    const namespaces = option('namespaces')?.split(',')
    if (namespaces !== undefined && !namespaces.includes(metadata.namespace ?? '')) return false
    const wanted = option('ingressclass') ?? ''
    if (spec.ingressClassName !== undefined) {
      const isOurs = ({ metadata: { name }, spec: { controller } }: IngressClass): boolean =>
        name === spec.ingressClassName &&
        controller === 'traefik.io/ingress-controller' &&
        (wanted === '' || name === wanted)
      return classes.some(isOurs)
    }
    const annotation = metadata.annotations[classAnnotation] ?? ''
    return annotation === wanted || (wanted === '' && annotation === 'traefik')
  },
  generic: ({ product }, ingress, classes) => {
    const name = classNameOf(ingress)
    const of = classes.find(({ metadata }) => metadata.name === name)
    return of?.spec.controller !== undefined && productNamed(of.spec.controller).product === product
  },
}

interface NginxFlags {
  readonly isWatched: string | undefined
  readonly controller: string
  readonly annotation: string
  readonly byName: boolean
  readonly withoutClass: boolean
}

function likeNginx(
  { spec, metadata }: Ingress,
  classes: readonly IngressClass[],
  { isWatched, controller, annotation, byName, withoutClass }: NginxFlags,
): boolean {
  if (isWatched !== undefined && isWatched !== '' && isWatched !== metadata.namespace) return false
  const isOurs = (item: IngressClass): boolean =>
    item.spec.controller === controller || (byName && item.metadata.name === annotation)
  if (spec.ingressClassName !== undefined)
    return classes.some((item) => item.metadata.name === spec.ingressClassName && isOurs(item))
  const written = metadata.annotations[classAnnotation]
  if (written !== undefined) return written === '' || written === annotation
  return withoutClass
}

const isConfigured = ({ options }: Instance): boolean =>
  [...options.keys()].some((name) => name.startsWith('providers.'))

/** Options of one of Traefik's providers; `undefined` where it is not switched on by flags. */
function providerOption(
  { options }: Instance,
  provider: string,
): ((name: string) => string | undefined) | undefined {
  const isOn = [...options].some(
    ([name, value]) => (name === provider && value !== 'false') || name.startsWith(`${provider}.`),
  )
  return isOn ? (name) => options.get(`${provider}.${name}`) : undefined
}
