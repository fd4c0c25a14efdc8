import { describe, expect, test } from 'vitest'
import type { Network } from '../../../src/network/network.ts'
import type { Refusal } from '../../../src/network/routes/gateway/parents.ts'
import { gatewayRouteKinds } from '../../../src/network/routes/gateway/under.ts'
import { parseRequest } from '../../../src/network/routes/request.ts'
import type { RouteAnswer } from '../../../src/network/routes/route.ts'
import type { Gateway } from '../../../src/snapshot/kinds/gateway.ts'
import type { GatewayRoute } from '../../../src/snapshot/kinds/gateway-route.ts'
import type { Listener } from '../../../src/snapshot/kinds/listener.ts'
import { type Count, conditionsIn, countsIn, record, responsesIn, text } from './conformance/expectations.ts'
import { type GoRecord, isGoRecord } from './conformance/go-literals.ts'
import { conformanceFolder, conformanceModule, sourceOf, testNames, worldOf } from './conformance/module.ts'

const folder = conformanceFolder()

if (folder === undefined)
  test.skip(`${conformanceModule} is not at hand: go mod download ${conformanceModule}`, () => {})

/** Requests whose answer is not a matter of routing, by test. */
const notRouting: Readonly<Record<string, string>> = {
  'httproute-https-listener-detect-misdirected-requests': 'a connection used again for another host: 421',
  'httproute-retry': 'what the application does',
  'httproute-timeout-request': 'what the application does',
  'httproute-timeout-backend-request': 'what the application does',
  'gateway-with-clientcertificate-validation': 'certificates of clients',
  'gateway-with-clientcertificate-validation-insecure-fallback': 'certificates of clients',
  'gateway-invalid-default-frontend-client-certificate-validation': 'certificates of clients',
  'gateway-tls-backend-client-certificate': 'certificates of backends',
  'httproute-cors': 'headers of answers',
  'httproute-invalid-backendref-unknown-kind': 'which kinds of backends an implementation knows',
}

if (folder !== undefined) {
  const names = testNames(folder)
  const routed = names.filter(
    (name) => notRouting[name] === undefined && responsesIn(sourceOf(folder, name)).length > 0,
  )

  test('the tests are there', () => {
    expect(names.length).toBeGreaterThan(100)
    expect(routed.length).toBeGreaterThan(30)
    for (const name of Object.keys(notRouting)) expect(names).toContain(name)
  })

  describe.each(routed)('%s', (name) => {
    const source = sourceOf(folder, name)
    const worlds = worldsOf(name)
    test.each(responsesIn(source).map((response) => [titleOf(response), response] as const))(
      'request %s',
      (_, response) => {
        const network = worlds[isRevoked(name, wanted(response).code === 500) ? 'revoked' : 'first']
        const answers = mentioned(source, network).flatMap((gateway) => answersOf(response, gateway, network))
        expect(answers.map((answer) => told(answer, response))).toContainEqual(wanted(response))
      },
    )
  })

  const worldsOf = (name: string) => ({
    first: worldOf(folder, name),
    revoked: worldOf(folder, name, ['ReferenceGrant']),
  })
  const counted = names
    .map((name) => ({ name, network: worldOf(folder, name) }))
    .map(({ name, network }) => ({
      name,
      network,
      counts: countsIn(sourceOf(folder, name)).filter((count) => isKnown(count, network)),
    }))

  describe.each(counted.filter(({ counts }) => counts.length > 0))('$name', ({ counts, network }) => {
    test.each(counts)(
      'listener $listener of $owner has $attached routes',
      ({ owner, listener, attached }) => {
        expect(attachedTo(owner, listener, network)).toBe(attached)
      },
    )
  })

  describe.each(names.filter((name) => conditionsIn(sourceOf(folder, name)).length > 0))('%s', (name) => {
    const worlds = worldsOf(name)
    const all = allRoutes(worlds.first)
    test.each(conditionsIn(sourceOf(folder, name)).filter(({ route }) => all.has(route)))(
      'route $route under $gateway: $reason',
      ({ route, gateway, reason }) => {
        const object = all.get(route)
        expect(object).toBeDefined()
        if (object !== undefined)
          expect(
            reasonsOf(
              object,
              gateway,
              worlds[isRevoked(name, reason === 'RefNotPermitted') ? 'revoked' : 'first'],
            ),
          ).toContain(reason)
      },
    )
  })
}

/** These tests delete their ReferenceGrant and look again. */
function isRevoked(name: string, isRefused: boolean): boolean {
  return isRefused && /^\w+route-reference-grant$/.test(name)
}

function titleOf(response: GoRecord): string {
  const { Method = 'GET', Host = '', Path = '/', Headers } = record(response['Request'])
  return `${Method} ${Host}${Path} ${JSON.stringify(Headers ?? {})}`
}

/** The Gateways of the world that the code names. */
function mentioned(source: string, network: Network): readonly Gateway[] {
  return network.inventory
    .list('Gateway')
    .items.filter(({ metadata }) => source.includes(`Name: "${metadata.name}"`))
}

function answersOf(response: GoRecord, gateway: Gateway, network: Network): readonly RouteAnswer[] {
  const request = record(response['Request'])
  const listeners = network.routes.gateway.listeners(gateway).items.map(({ listener }) => listener)
  const isTls = text(response['ServerName']) !== undefined || listeners.every(speaksTls)
  const scheme = isTls ? 'https' : 'http'
  const written = text(request['Host']) ?? text(response['ServerName']) ?? 'no-host.test'
  const [host = '', named] = written.split(':')
  const open = listeners.filter((listener) => speaksTls(listener) === isTls).map(({ port }) => port)
  // A port in the header `Host` is the one that is dialled only where something listens there.
  const port = open.find((item) => String(item) === named) ?? open[0] ?? 80
  const headers = Object.fromEntries(
    Object.entries(record(request['Headers'])).map(([key, value]) => [key, String(value)]),
  )
  const parsed = parseRequest(`${scheme}://${host}:${port}${text(request['Path']) ?? '/'}`, {
    method: text(request['Method']) ?? 'GET',
    headers,
    serverName: text(response['ServerName']),
  })
  if (parsed === undefined) throw new Error(`no request: ${titleOf(response)}`)
  return network.routes.gateway
    .answers(parsed)
    .items.filter(
      ({ gateway: by }) => by?.name === gateway.metadata.name && by.namespace === gateway.metadata.namespace,
    )
}

const speaksTls = ({ protocol }: Listener): boolean => protocol === 'HTTPS' || protocol === 'TLS'

interface Told {
  readonly code: number
  readonly service?: string | undefined
  readonly path?: string | undefined
  readonly location?: string | undefined
}

const services: Readonly<Record<string, string>> = {
  InfraBackendServiceNameV1: 'infra-backend-v1',
  InfraBackendServiceNameV2: 'infra-backend-v2',
  InfraBackendServiceNameV3: 'infra-backend-v3',
}

/** What the test expects, in the form of {@link told}. */
function wanted(response: GoRecord): Told {
  const { StatusCode, StatusCodes } = record(response['Response'])
  const [first] = Array.isArray(StatusCodes) ? StatusCodes : []
  const code = typeof StatusCode === 'number' ? StatusCode : typeof first === 'number' ? first : 200
  if (isGoRecord(response['RedirectRequest'])) return { code, location: 'as expected' }
  if (code !== 200) return { code }
  const named = text(response['Backend'])?.split('.').at(-1)
  const path = text(record(record(response['ExpectedRequest'])['Request'])['Path'])
  return {
    code,
    ...(named !== undefined && { service: services[named] ?? named }),
    ...(path !== undefined && { path: path.replace(/\?.*$/, '') }),
  }
}

/** What the model says, as far as the test asks. */
function told({ outcome }: RouteAnswer, response: GoRecord): Told {
  const expected = wanted(response)
  if (outcome.is === 'ends') {
    const { reply } = outcome.end
    const code = reply !== undefined && 'code' in reply ? reply.code : 0
    const isRedirect = expected.location !== undefined && reply !== undefined && 'code' in reply
    return isRedirect ? { code, location: located(reply.location ?? '', response) } : { code }
  }
  const [backend] = outcome.backends.filter(
    ({ backend: { service } }) => expected.service === service || expected.code !== 200,
  )
  const chosen = backend ?? outcome.backends[0]
  if (chosen === undefined) return { code: 0 }
  if (chosen.fate.is === 'ends') {
    const { reply } = chosen.fate.end
    return { code: reply !== undefined && 'code' in reply ? reply.code : 0 }
  }
  return {
    code: 200,
    ...(expected.service !== undefined && { service: chosen.backend.service }),
    ...(expected.path !== undefined && { path: chosen.path }),
  }
}

/** A place that a redirect sends to agrees with every part that the test names. */
function located(location: string, response: GoRecord): string {
  const { Scheme, Host, Port, Path } = record(response['RedirectRequest'])
  const url = URL.parse(location)
  if (url === null) return location
  const port = text(Port)
  const agrees = [
    Scheme === undefined || url.protocol === `${Scheme}:`,
    Host === undefined || url.hostname === Host,
    Path === undefined || url.pathname === Path,
    port === undefined || url.port === (port === '80' || port === '443' ? '' : port) || url.port === port,
  ]
  return agrees.every(Boolean) ? 'as expected' : location
}

function ownersNamed(name: string, network: Network) {
  return [...network.inventory.list('Gateway').items, ...network.inventory.list('ListenerSet').items].filter(
    ({ metadata }) => metadata.name === name,
  )
}

function isKnown({ owner, listener }: Count, network: Network): boolean {
  return ownersNamed(owner, network).some(({ spec }) => spec.listeners.some(({ name }) => name === listener))
}

function attachedTo(owner: string, listener: string, network: Network): number {
  return network.inventory.list('Gateway').items.reduce((sum, gateway) => {
    const taken = network.routes.gateway
      .under(gateway)
      .items.filter(({ parent }) =>
        parent.listeners.some(
          ({ is, bound }) =>
            is === 'accepts' && bound.owner.metadata.name === owner && bound.listener.name === listener,
        ),
      )
    return sum + new Set(taken.map(({ route }) => route)).size
  }, 0)
}

function allRoutes(network: Network): ReadonlyMap<string, GatewayRoute> {
  const routes = gatewayRouteKinds.flatMap(
    (kind): readonly GatewayRoute[] => network.inventory.list(kind).items,
  )
  return new Map(routes.map((route) => [route.metadata.name, route]))
}

const refusals: Readonly<Record<Refusal, string>> = {
  'no-matching-parent': 'NoMatchingParent',
  'kind-not-allowed': 'NotAllowedByListeners',
  'namespace-not-allowed': 'NotAllowedByListeners',
  'no-matching-hostname': 'NoMatchingListenerHostname',
  'listener-set-not-joined': 'NotAllowedByListeners',
}

/** The reasons that conditions Accepted and ResolvedRefs of a route would have under a Gateway. */
function reasonsOf(route: GatewayRoute, gateway: string, network: Network): readonly string[] {
  const parents = network.routes.gateway.parents(route).filter(({ reference }) => reference.name === gateway)
  const accepted = parents.map(({ outcome, why }) =>
    outcome === 'attached' ? 'Accepted' : why === undefined ? outcome : refusals[why],
  )
  const states = route.spec.rules.flatMap(({ backendRefs }) =>
    backendRefs.map((reference) => network.routes.gateway.backend(route, reference)),
  )
  const faults = states.flatMap((state): readonly string[] => {
    if (state.is === 'other-kind') return ['InvalidKind']
    if (state.is !== 'invalid') return []
    return [state.why === 'backend-not-permitted' ? 'RefNotPermitted' : 'BackendNotFound']
  })
  return [...accepted, ...(faults.length === 0 ? ['ResolvedRefs'] : faults)]
}
