import { diagnose } from '../diagnosis/diagnose.ts'
import { withSuspects } from '../diagnosis/likely-replies.ts'
import type { Question } from '../diagnosis/question.ts'
import { Network } from '../network/network.ts'
import { secretsOf } from '../network/routes/ingress/secrets.ts'
import { parseRequest, type RouteRequest } from '../network/routes/request.ts'
import type { Route } from '../network/routes/route.ts'
import { type MappedRoute, requestResult, routeMapResult } from '../report/route-result.ts'
import { routeMapView } from '../report/views/route-map.ts'
import { routeRequestView } from '../report/views/route-request.ts'
import { nearest } from '../rules/similar.ts'
import { KnownError } from '../snapshot/known-error.ts'
import { type Prediction, predict } from '../trace/prediction.ts'
import { defineCommand } from './command.ts'
import { type ExitCode, exitCodeOf } from './exit-code.ts'
import { type Input, withInput } from './input.ts'
import { type Arguments, allNamespacesFlag, questionFlags, single } from './options.ts'
import { parsePlace } from './places.ts'
import { print } from './print.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'
import { furtherFor } from './whole-cluster.ts'

const flags = (yargs: Parameters<typeof questionFlags<object>>[0]) =>
  allNamespacesFlag(questionFlags(yargs), 'the routes of all namespaces')
    .positional('route', {
      type: 'string',
      describe: 'a URL, or [NAMESPACE/]NAME of an Ingress or a Gateway API route',
    })
    .option('code', single('start from the HTTP code that a client saw: what can make it on this route'))
    .option('method', single('method of the request (default GET)'))
    .option('header', {
      type: 'string',
      array: true,
      alias: 'H',
      requiresArg: true,
      describe: 'header of the request, "NAME: VALUE" (repeatable)',
    })

type IngressArguments = Arguments<typeof flags> & { readonly route?: string | undefined }

export const ingress = defineCommand({
  usage: ['ingress [route]'],
  describe: 'routes from outside: which code, from whom',
  examples: [
    ['kubectl netdoctor ingress', 'hosts and paths, and where they lead'],
    ['kubectl netdoctor ingress http://shop.example.com/cart --code 503', 'why a client sees that code'],
  ],
  completes: { route: { of: 'objects', kinds: ['Ingress'] } },
  flags,
  run: (args: IngressArguments, terminal) => {
    const code = codeOf(args.code)
    const request = requestOf(args)
    if (request === undefined && code !== undefined)
      throw new UsageError('USAGE', '--code belongs to the URL that a client asked for')
    if (request !== undefined) return answerRequest(request, code, args, terminal)
    return answerMap(args, terminal)
  },
})

function codeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-5]\d\d$/.test(text)) throw new UsageError('USAGE', `--code "${text}" is no HTTP status code`)
  return Number(text)
}

/** The request that is asked about; `undefined` for a name, and for none. A host without a scheme has a dot before its path. */
function requestOf({ route, method, header = [] }: IngressArguments): RouteRequest | undefined {
  if (route === undefined) return undefined
  const isUrl = route.includes('://') || /^[^/]+\.[^/]+(?::\d+)?(?:\/.*)?$/.test(route)
  if (!isUrl) {
    if (method !== undefined || header.length > 0)
      throw new UsageError('USAGE', '--method and --header belong to a URL')
    return undefined
  }
  const headers = Object.fromEntries(
    header.map((line) => {
      const colon = line.indexOf(':')
      if (colon < 1) throw new UsageError('USAGE', `--header "${line}" is not of the form "NAME: VALUE"`)
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
    }),
  )
  const request = parseRequest(route, { method, headers })
  if (request === undefined) throw new UsageError('USAGE', `"${route}" is no http or https URL`)
  return request
}

function answerRequest(
  request: RouteRequest,
  code: number | undefined,
  args: IngressArguments,
  terminal: Terminal,
): Promise<ExitCode> {
  const questionFrom = (network: Network): Question => questionOf(meant(request, network))
  const wants = {
    everything: args['all-namespaces'],
    further: furtherFor(args, (_, network) => questionFrom(network)),
  }
  return withInput(args, wants, terminal, async (input) => {
    const first = Network.of(input.snapshot)
    const routes = meant(request, first).flatMap(({ answer }) => answer.route ?? [])
    const network = await withSecretsOf(routes, first, input)
    const sure = meant(request, network)
    const diagnosis = diagnose(questionOf(sure), network)
    const predictions = withSuspects(sure, diagnosis, network)
    print(args, terminal, {
      result: () => requestResult(request, predictions, diagnosis, code),
      document: () => routeRequestView(request, predictions, diagnosis, code, viewOptions(input, args)),
    })
    const [own] = predictions
    return own === undefined ? 1 : exitCodes[own.outcome]
  })
}

/** The answers that a client can have met: of those that have a route for it, else of all. */
function meant(request: RouteRequest, network: Network): readonly Prediction[] {
  const all = predict(request, network).items
  const routed = all.filter(({ answer }) => answer.route !== undefined)
  return routed.length > 0 ? routed : all
}

function questionOf(predictions: readonly Prediction[]): Question {
  const routes = predictions.flatMap(({ answer }) => answer.route ?? [])
  return {
    kind: 'routes',
    namespaces: [...new Set(routes.flatMap(({ by }) => by.namespace ?? []))],
    keys: routes.map(({ key }) => key),
  }
}

const exitCodes: Readonly<Record<Prediction['outcome'], ExitCode>> = {
  passes: 0,
  fails: 1,
  partly: 1,
  unknown: 4,
}

function answerMap(args: IngressArguments, terminal: Terminal): Promise<ExitCode> {
  const place = args.route === undefined ? undefined : parsePlace(args.route)
  const named = { ...args, namespace: place?.namespace ?? args.namespace }
  const wants = {
    everything: args['all-namespaces'],
    further: furtherFor(args, (first, network) => mapQuestion(first, network)),
  }
  const namespacesOf = ({ namespace }: Input): 'all' | readonly string[] =>
    args['all-namespaces'] || namespace === undefined ? 'all' : [namespace]
  const routesOf = (input: Input, network: Network): readonly Route[] => {
    const names = namespacesOf(input)
    const all = (names === 'all' ? network.routes.namespaces() : names).flatMap(
      (name) => network.routes.in(name).items,
    )
    if (place === undefined) return all
    const own = all.filter(
      ({ by }) => by.name === place.name && (place.kind === undefined || place.kind === by.kind),
    )
    if (own.length === 0) throw notFound(place.name, all)
    return own
  }
  const mapQuestion = (input: Input, network: Network): Question => ({
    kind: 'routes',
    namespaces: namespacesOf(input),
    keys: place === undefined ? undefined : routesOf(input, network).map(({ key }) => key),
  })
  return withInput(named, wants, terminal, async (input) => {
    const first = Network.of(input.snapshot)
    const network = await withSecretsOf(routesOf(input, first), first, input)
    const diagnosis = diagnose(mapQuestion(input, network), network)
    const mapped = routesOf(input, network).map((route): MappedRoute => {
      const own = ownPrediction(route, network)
      return { route, prediction: own && withSuspects([own], diagnosis, network)[0] }
    })
    print(args, terminal, {
      result: () => routeMapResult(diagnosis, mapped),
      document: () => routeMapView(diagnosis, mapped, viewOptions(input, args)),
    })
    return exitCodeOf(diagnosis, args)
  })
}

/** The same world with the Secrets that these routes name, where a cluster can be asked for them. */
async function withSecretsOf(
  routes: readonly Route[],
  network: Network,
  { session, snapshot }: Input,
): Promise<Network> {
  if (session === undefined) return network
  const named = routes.flatMap(({ by }) =>
    by.kind === 'Ingress'
      ? network.inventory.get('Ingress', by.namespace ?? '', by.name).items.flatMap(secretsOf)
      : [],
  )
  const names = [...new Map(named.map((item) => [`${item.namespace}/${item.name}`, item])).values()]
  return names.length === 0 ? network : Network.of(await session.withSecrets(snapshot, names))
}

function notFound(name: string, all: readonly Route[]): KnownError {
  const names = [...new Set(all.map(({ by }) => by.name))]
  const near = nearest(name, names)
  const hint = near.length > 0 ? `: did you mean ${near.join(', ')}?` : ''
  return new KnownError('NO_SUCH_ROUTE', `no Ingress and no route is named ${name} there${hint}`)
}

/** What the example request of a route gets from whoever serves the route. */
function ownPrediction(route: Route, network: Network): MappedRoute['prediction'] {
  if (route.example === undefined) return undefined
  const all = predict(route.example, network).items
  return (
    all.find(({ answer }) => answer.route?.key === route.key) ??
    all.find(
      ({ answer }) => answer.route?.by.name === route.by.name && answer.route.by.kind === route.by.kind,
    ) ??
    all[0]
  )
}

function viewOptions(input: Input, args: IngressArguments) {
  return {
    isWide: args.output === 'wide' || args.output === 'markdown',
    isLive: input.session !== undefined,
    locate: input.locate,
  }
}
