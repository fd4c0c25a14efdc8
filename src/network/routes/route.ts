import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import type { Gap, ObjectReference } from '../../snapshot/snapshot.ts'
import type { Read } from '../inventory/read.ts'
import type { Serving } from './controllers.ts'
import type { RouteRequest } from './request.ts'

/** Why a request ends before it reaches a backend, or why nobody can say. One closed list for Ingress and Gateway API. */
export type RouteReason =
  /** No class, no annotation, and no default class. */
  | 'no-class'
  | 'class-not-found'
  /** The class, or GatewayClass, is there; nothing that implements it runs. */
  | 'no-controller'
  /** Pods of the controller are there, none is ready. */
  | 'controller-not-ready'
  /** What implements the class is not known, so neither is what it does. */
  | 'controller-unknown'
  /** The controller leaves the object, or this path of it, out: its annotations or paths are not valid for it. */
  | 'refused-by-controller'
  /** No rule takes this host and path; where there is a default backend, that answers. */
  | 'no-match'
  /** No listener of a Gateway, or entry point of a proxy, has this port, protocol and server name. */
  | 'no-listener'
  /** A route that no parent accepts: kind, namespace, host names, section or port do not fit. */
  | 'not-attached'
  /** Credentials are asked for. */
  | 'authentication'
  /** The Secret with the credentials is missing or wrong, so that everybody is refused. */
  | 'authentication-broken'
  | 'redirect'
  | 'backend-service-missing'
  | 'backend-port-missing'
  /** A backend of another kind than Service, which the controller may or may not know. */
  | 'backend-kind'
  /** No ReferenceGrant lets the route name an object of another namespace. */
  | 'backend-not-permitted'
  /** No backend at all, or weights that sum to zero. */
  | 'no-effective-backend'
  /** A certificate that cannot be used, or none for this server name. */
  | 'certificate'
  /** A filter, match or policy that is not evaluated. */
  | 'not-evaluated'
  | 'not-read'

/** What a client gets: an HTTP status code, or nothing at all. */
export type Reply =
  | { readonly code: number; readonly location?: string | undefined }
  | { readonly none: 'refused' | 'reset' | 'timeout' | 'tls-alert' }

/** The hop that ends a request before a backend gets it. */
export type RouteHop =
  /** Port, protocol, server name and certificate, before any route is looked for. */
  | 'listener'
  /** Host, path, method and headers. */
  | 'match'
  /** Authentication, redirects, limits. */
  | 'filter'
  /** The Service and port that the route names. */
  | 'backend'

/** How sure an answer is: from objects and the source of a controller that our tests run, or only what it documents. */
export type RouteProof = 'proven' | 'likely' | 'unknown'

/** Ends a request, or says why it cannot be told. */
export interface RouteEnd {
  readonly hop: RouteHop
  readonly reason: RouteReason
  /** Absent where nobody can say what a client gets. */
  readonly reply?: Reply | undefined
  /** Seconds that pass before the reply, where that is more than a moment. */
  readonly afterSeconds?: number | undefined
  readonly proof: RouteProof
  /** Object and field that it is due to; the route's own when absent. */
  readonly at?: { readonly by: ObjectReference; readonly field: string } | undefined
  /** Not empty: what was not read decides. */
  readonly gaps: readonly Gap[]
}

/** A Service that an object other than a workload sends requests to. */
export interface RouteBackend {
  readonly by: ObjectReference
  /** Field of {@link by} that names the Service. */
  readonly field: string
  readonly namespace: string
  readonly service: string
  /** Number or name of the Service port; absent when the object does not say. */
  readonly port?: number | string | undefined
  /** What people call this route: `payment.example.com/`, or the object's own name. */
  readonly title: string
  /** It gets only a share of the route's requests: a canary of ingress-nginx, or one of several weighted backends. */
  readonly isShare: boolean
  /** Of the sum of its route's weights; 1 where nothing is said. */
  readonly weight: number
  /** Who serves the route: one for an Ingress, one for each parent of a Gateway API route; none for the API server's own calls. */
  readonly servedBy: readonly Serving[]
}

/** What a route takes, for people and for an example request. Exact matching is the source's, see {@link RouteSource}. */
export interface RouteMatch {
  /** In lower case, possibly `*.example.com`; absent: any host. */
  readonly host?: string | undefined
  readonly path: string
  /** `Prefix`, `Exact`, `ImplementationSpecific`, `RegularExpression`, `PathPrefix`; absent for routes without paths. */
  readonly pathType?: string | undefined
  /** Method, headers and query parameters in words, such as `method POST`; empty when any will do. */
  readonly further: readonly string[]
}

/** One way from outside to Services: a path of an Ingress, or a match of a Gateway API rule under its parents. */
export interface Route {
  /** The same for the same intent, whatever the order of input. */
  readonly key: string
  readonly by: ObjectReference
  /** `spec.rules[0].http.paths[1]`, `spec.rules[2]`. */
  readonly field: string
  /** `payment.example.com/cart`. */
  readonly title: string
  readonly match: RouteMatch
  /** A request that this route is meant for, to show what it answers; absent for routes that are not HTTP. */
  readonly example?: RouteRequest | undefined
  readonly backends: readonly RouteBackend[]
  readonly servedBy: readonly Serving[]
}

/** Whether a backend gets what its route takes. */
export type BackendFate =
  | {
      readonly is: 'continues'
      readonly service: Service
      /** Absent for headless Services without ports. */
      readonly port: ServicePort | undefined
      /** The proxy sends to the Service's address and leaves the choice to kube-proxy, instead of to the pods. */
      readonly viaClusterIp: boolean
    }
  | { readonly is: 'ends'; readonly end: RouteEnd }

/** A share of the requests that match. */
export interface ChosenBackend {
  readonly backend: RouteBackend
  /** Of all requests like this one: above 0, at most 1. */
  readonly share: number
  /** The path that the application sees. */
  readonly path: string
  readonly fate: BackendFate
}

/** What one controller, or one Gateway, makes of a request. */
export interface RouteAnswer {
  readonly serving: Serving
  /** The Gateway whose listener takes the request; absent for Ingress. */
  readonly gateway?: ObjectReference | undefined
  /** The route that takes it; absent when none does. */
  readonly route?: Route | undefined
  readonly outcome:
    | { readonly is: 'ends'; readonly end: RouteEnd }
    | { readonly is: 'continues'; readonly backends: readonly ChosenBackend[]; readonly proof: RouteProof }
}

/** One sort of objects that lead requests to Services: Ingresses, or Gateway API. */
export interface RouteSource {
  /** Namespaces that hold any route of this sort. */
  namespaces(): readonly string[]
  /** Kinds of this sort that may hold routes and were not read, in any namespace. */
  unread(): readonly Gap[]
  /** Routes of a namespace, in the order of their objects; backends may lie in other namespaces. */
  in(namespace: string): Read<Route>
  /** What becomes of what a route of this sort sends to a backend. Asked lazily: it looks at Services. */
  fate(backend: RouteBackend): BackendFate
  /** One answer for each controller or Gateway of this sort that a client may have reached, whether or not a route matches. */
  answers(request: RouteRequest): Read<RouteAnswer>
}
