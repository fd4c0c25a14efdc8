import { pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import { sharedHosts } from '../../network/routes/gateway/hostnames.ts'
import type { ListenerVerdict } from '../../network/routes/gateway/parents.ts'
import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { editDistance } from '../similar.ts'
import { listed, say } from '../text.ts'
import {
  acceptedEvidence,
  consequence,
  listenerNames,
  parentDraft,
  parentReference,
  type Refused,
  refusedParents,
  refusing,
} from './refusals.ts'

export default defineRule({
  id: 'gateway/hostname-no-intersection',
  title: 'Route whose host names no listener serves',
  subject: 'GatewayRoute',
  severity: 'error',
  explains: ['not-attached'],
  docs: {
    means:
      'No request can be meant for both listener and route: the route is not attached (reason NoMatchingListenerHostname).',
    why: 'The domain of one of them was changed, a host is mistyped, or `*.example.com` was taken to cover `example.com`.',
    proof:
      '`spec.hostnames` of the route and `hostname` of the listeners that the parentRef means and that take its kind and ' +
      'namespace. A wildcard covers any number of labels, at least one.',
    fix: 'Give the route a host that the listener serves, or the listener one that the route asks for.',
    falseAlarmWhen:
      'Either side names no host: then everything fits. Hosts of a route that one listener takes and another does not are not ' +
      'looked at. Another parentRef attaches: then it is a warning.',
  },
  check: (route, network) =>
    refusedParents(route, 'no-matching-hostname', network).map((refused) => draft(route, refused, network)),
})

function draft(route: GatewayRoute, refused: Refused, network: Network): FindingDraft {
  const { parent } = refused
  const by = referenceTo(route)
  const refusals = refusing(parent, 'no-matching-hostname')
  const served = [...new Set(refusals.map(({ bound }) => bound.listener.hostname ?? ''))]
  const hosts = route.spec.hostnames
  return {
    ...parentDraft(route, refused, network),
    summary: say`${by} is for ${listed(hosts.slice(0, 4).map((host) => say`${host}`))}, and ${listenerNames(refusals)} of ${parentReference(parent)} only for ${listed(served.slice(0, 4).map((host) => say`${host}`))}: ${consequence(route)}`,
    evidence: [
      ...hosts
        .slice(0, 4)
        .map((host, index) => ({ reference: by, field: `spec.hostnames[${index}]`, value: host })),
      ...refusals.slice(0, 4).map(({ bound }) => ({
        reference: referenceTo(bound.owner),
        field: `${bound.field}.hostname`,
        value: bound.listener.hostname,
      })),
      ...acceptedEvidence(route, refused),
    ],
    ...remedy(route, refusals),
  }
}

/** A slip of up to two letters is mended; the apex of a wildcard, and all else, is for people to decide. */
function remedy(
  route: GatewayRoute,
  refusals: readonly ListenerVerdict[],
): Pick<FindingDraft, 'fix' | 'advice'> {
  const [only] = refusals
  const hostname = only?.bound.listener.hostname
  const [host, ...others] = route.spec.hostnames
  if (
    only === undefined ||
    refusals.length > 1 ||
    hostname === undefined ||
    host === undefined ||
    others.length > 0
  )
    return {
      advice: [
        say`give the route a host that one of these listeners serves, or a listener the host of the route`,
      ],
    }
  const meant = mended(host, hostname)
  if (meant !== undefined)
    return {
      fix: {
        edits: [
          {
            kind: 'patch',
            reference: referenceTo(route),
            operations: [{ op: 'replace', path: pointer('spec', 'hostnames', 0), value: meant }],
          },
        ],
      },
    }
  if (hostname === `*.${host}`)
    return {
      advice: [
        say`${hostname} does not cover ${host} itself: add a listener with hostname ${host}, or leave hostname out`,
      ],
    }
  return { advice: [say`give the route a host under ${hostname}, or the listener one that covers ${host}`] }
}

/** The host with the listener's domain, where that is a slip away. */
function mended(host: string, hostname: string): string | undefined {
  const domain = hostname.startsWith('*.') ? hostname.slice(2) : hostname
  const labels = host.split('.')
  const tail = labels.slice(-domain.split('.').length).join('.')
  const start = labels.slice(0, -domain.split('.').length)
  const candidate = [...start, domain].join('.')
  const isSlip = tail !== domain && editDistance(tail, domain) <= 2
  const fits = sharedHosts(hostname, [candidate])
  return isSlip && fits !== 'any' && fits.length > 0 ? candidate : undefined
}
