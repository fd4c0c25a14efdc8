import { serviceCandidates } from '../../network/dns/names.ts'
import { pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import { type Environment, environmentOf } from '../../network/references/environment.ts'
import { isExternalName } from '../../network/services/service-facts.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { severityFor } from './dialled.ts'
import { needOf } from './need.ts'
import { exceptions, isExcepted, type ProxySetting, proxyFor } from './proxy-settings.ts'

export default defineRule({
  id: 'client/proxy-env-captures-cluster-traffic',
  title: 'Requests to Services go to an HTTP proxy',
  subject: 'Client',
  severity: 'warning',
  docs: {
    means:
      'An HTTP client that follows the proxy variables asks the proxy for Services of the cluster, and a proxy outside of it ' +
      'knows neither their names nor their addresses (502, 503, 504 or a timeout from the proxy).',
    why: 'A proxy for the internet was set, and NO_PROXY lists the cluster not at all or in a spelling that does not match.',
    proof:
      'The proxy variables of a container in either case, and the http and https addresses that it dials and that are ' +
      'Services, compared with NO_PROXY. It is an error when the client shows that it cannot do without.',
    fix: 'Add the names that are dialled, `.svc` and `.cluster.local` to NO_PROXY.',
    falseAlarmWhen:
      'A proxy on localhost, addresses that are not dialled by HTTP, a NO_PROXY that holds `*`, the host or its domain, and ' +
      'a proxy that is itself a Service of the cluster (for short names: of the same namespace): then it is silent. ' +
      'Clients that ignore these variables do not mind.',
  },
  check(workload, network) {
    const { spec, specPath } = workload
    return spec.containers.flatMap((container, index) => {
      const path = `${specPath}.containers[${index}]`
      // Most containers have no such variable, and their dials need no look.
      if (!mentionsProxy(container)) return []
      const environment = environmentOf(container, path, workload, network.inventory)
      return captured({ workload, container, path, environment }, network) ?? []
    })
  },
})

interface Client {
  readonly workload: Workload
  readonly container: Container
  readonly path: string
  readonly environment: Environment
}

function mentionsProxy({ env, envFrom }: Container): boolean {
  return envFrom.length > 0 || env.some(({ name }) => /^https?_proxy$/i.test(name))
}

function captured(client: Client, network: Network): FindingDraft | undefined {
  const { workload, container, environment } = client
  const entries = exceptions(environment)
  if (entries === undefined) return undefined
  const caught = network.traffic.from(workload).items.flatMap((connection) => {
    const { host, port, dials } = connection
    const own = dials.filter(({ source }) => source.container === container.name)
    const scheme = own.map((dial) => dial.scheme).find((item) => item === 'http' || item === 'https')
    const proxy = scheme === undefined ? undefined : proxyFor(scheme, environment)
    const isService = network.traffic.destination(connection).destination.kind === 'service'
    if (proxy === undefined || proxy.host === host || !isService || isExcepted(host, port, entries)) return []
    return knowsCluster(proxy, host, workload, network) ? [] : [{ connection, proxy }]
  })
  const [first] = caught
  if (first === undefined) return undefined
  const { proxy } = first
  const hosts = [...new Set(caught.map(({ connection }) => connection.host))].sort()
  const need = needOf(workload, network.inventory)
  const shown = environment.variables.get(proxy.variable)
  const source = shown === undefined || typeof shown === 'string' ? undefined : shown.origin
  return {
    proof: 'likely',
    severity: severityFor(workload, need === undefined ? 'warning' : 'error'),
    place: place.client(workload),
    alsoAt: caught.map(({ connection }) => place.name(workload.key, connection.host)),
    summary: say`${workload.reference} sends requests to ${listed(hosts.slice(0, 4).map((host) => say`${host}`))} to the proxy ${proxy.host}: NO_PROXY ${entries.length === 0 ? say`is not set` : say`(${entries.slice(0, 8).join(',')}) does not match ${hosts.length > 1 ? say`them` : say`it`}`}`,
    detail: say`Container ${container.name} has ${proxy.variable}; a proxy that does not run in namespace ${workload.namespace} does not know Services by these names.`,
    evidence: [
      ...(source === undefined ? [] : [{ reference: source.object, field: source.field, value: proxy.host }]),
      ...caught.slice(0, 5).flatMap(({ connection }) => evidenceOf(connection, container)),
    ],
    ...except(client, hosts),
  }
}

const evidenceOf = ({ dials }: Connection, { name }: Container) =>
  dials
    .filter(({ source }) => source.container === name)
    .slice(0, 1)
    .map(({ source }) => ({
      reference: source.object,
      field: source.field,
      value: source.value.slice(...source.span),
    }))

/** A proxy that is a Service asks the cluster's DNS too; a short name means another Service in another namespace. */
function knowsCluster(
  { host }: ProxySetting,
  dialled: string,
  workload: Workload,
  network: Network,
): boolean {
  const name = serviceCandidates(host, workload.namespace)
  if (name === undefined) return false
  const services = network.services.get(name.namespace, name.service).items
  const isInside = services.some((service) => !isExternalName(service))
  return isInside && (name.namespace === workload.namespace || dialled.includes('.'))
}

/** Adds hosts to the exceptions, in the variable that is there, else in a new one in both cases. */
function except(
  { workload, container, path, environment }: Client,
  hosts: readonly string[],
): Pick<FindingDraft, 'fix' | 'advice'> {
  const wanted = [...hosts, '.svc', '.cluster.local']
  const advice = [say`add ${wanted.join(',')} to NO_PROXY of container ${container.name}`]
  const { kind } = workload.reference
  if (kind === 'Pod' || kind === 'Job') return { advice }
  const names = ['NO_PROXY', 'no_proxy']
  const known = names.filter((name) => environment.variables.has(name))
  const steps = pathSteps(path)
  const literal = known.map((name) => ({
    name,
    index: container.env.findLastIndex((item) => item.name === name),
  }))
  if (literal.some(({ index }) => container.env[index]?.value === undefined)) return { advice }
  const operations =
    known.length > 0
      ? literal.map(({ index }) => ({
          op: 'replace' as const,
          path: pointer(...steps, 'env', index, 'value'),
          value: joined(container.env[index]?.value ?? '', wanted),
        }))
      : names.map((name) => ({
          op: 'add' as const,
          path: pointer(...steps, 'env', '-'),
          value: { name, value: wanted.join(',') },
        }))
  if (known.length === 0 && container.env.length === 0) return { advice }
  return { fix: { edits: [{ kind: 'patch', reference: workload.reference, operations }] } }
}

function joined(value: string, wanted: readonly string[]): string {
  const known = new Set(value.split(','))
  return [...(value === '' ? [] : [value]), ...wanted.filter((item) => !known.has(item))].join(',')
}

function pathSteps(path: string): readonly string[] {
  return path.split('.').flatMap((part) => part.split('[').map((step) => step.replace(']', '')))
}
