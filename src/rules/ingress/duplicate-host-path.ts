import type { Network } from '../../network/network.ts'
import type { Location } from '../../network/routes/ingress/locations.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import { locationsOf } from './backends.ts'

export default defineRule({
  id: 'ingress/duplicate-host-path',
  title: 'Host and path that two Ingresses of one controller claim',
  subject: 'Ingress',
  severity: 'warning',
  docs: {
    means:
      'One of the two gets no request. With ingress-nginx the older object wins; others decide in ways of their own.',
    why: 'A copy was applied beside the original, or two teams use one host.',
    proof: 'Same controller, host, path and pathType in both, and different backends.',
    fix: 'Remove one of the two, or give it another path.',
    falseAlarmWhen:
      'Canaries and the solvers of ACME challenges are pairs by design; the same backend in both is a note; other classes are other controllers.',
  },
  check(ingress, network) {
    const reference = referenceTo(ingress)
    return locationsOf(ingress, network).flatMap((location) => {
      const older = olderTwin(location, network)
      if (older === undefined) return []
      const other = referenceTo(older.ingress)
      const isSame = backendText(location) === backendText(older) && other.namespace === reference.namespace
      return [
        {
          proof: 'proven' as const,
          severity: isSame ? ('note' as const) : ('warning' as const),
          place: `${place.route(reference)} ${location.host ?? '*'}${location.path}`,
          summary: say`${reference} claims ${location.host ?? '*'}${location.path}, which ${other}${elsewhere(other.namespace, reference.namespace)} has already${isSame ? say`, with the same backend` : winner(location)}`,
          evidence: [
            { reference, field: `${location.route.field}.path`, value: location.path },
            { reference: other, field: `${older.route.field}.path`, value: older.path },
          ],
          advice: [say`Remove one of the two, or give it another path`],
        },
      ]
    })
  },
})

const backendText = ({ route: { backends } }: Location): string =>
  backends.map(({ service, port }) => `${service}:${port}`).join()

function elsewhere(namespace: string | undefined, own: string | undefined): Text {
  return namespace === own ? say`` : say` in namespace ${namespace ?? ''}`
}

function winner({ serving }: Location): Text {
  const isKnown = serving.is === 'served' && serving.controller.dialect === 'ingress-nginx'
  return isKnown ? say`: the older one gets the requests` : say`: only one of them gets the requests`
}

/** An older location that takes the very same requests. */
function olderTwin(location: Location, network: Network): Location | undefined {
  if (location.isCanary || location.isDefault || isChallenge(location)) return undefined
  if (location.serving.is !== 'served') return undefined
  const all = network.routes.ingress.table(location.serving)?.hosts.get(location.host ?? '') ?? []
  const first = all.find(
    (item) =>
      !item.isCanary &&
      !item.isDefault &&
      item.path === location.path &&
      (item.pathType === 'Exact') === (location.pathType === 'Exact'),
  )
  return first === undefined || first.ingress === location.ingress || isChallenge(first) ? undefined : first
}

/** Solvers of ACME challenges come and go beside the Ingress that they are for. */
const isChallenge = ({ path, ingress }: Location): boolean =>
  path.startsWith('/.well-known/acme-challenge') ||
  ingress.metadata.labels['acme.cert-manager.io/http01-solver'] === 'true'
