import type { Network } from '../../network/network.ts'
import { asksForRegex } from '../../network/routes/ingress/annotations.ts'
import type { Location } from '../../network/routes/ingress/locations.ts'
import { place } from '../../network/traffic/place.ts'
import type { Ingress } from '../../snapshot/kinds/ingress.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { locationsOf } from './backends.ts'
import { nginxReader, severityFor } from './nginx.ts'

export default defineRule({
  id: 'ingress/regex-spreads-over-host',
  title: 'One Ingress turns the paths of others on its host into patterns',
  subject: 'Ingress',
  severity: 'warning',
  docs: {
    means:
      'With one `use-regex` or rewrite, ingress-nginx takes every path of the host, of whichever Ingress, for a pattern from the start and without regard to case: an Exact path also takes what is below it and what only begins like it.',
    why: 'The annotation looks as if it were about its own Ingress.',
    proof:
      'The annotation, and a path of another Ingress of the same controller and host that means more as a pattern than it says.',
    fix: 'Give the Ingress with the patterns a host of its own.',
    falseAlarmWhen:
      'No other Ingress has the host, or none of its paths is exact or the beginning of another: then it is silent.',
  },
  check(ingress, network) {
    const reader = nginxReader(ingress, network)
    if (reader?.controller === undefined) return undefined
    const own = locationsOf(ingress, network)
    const asking = own.find(
      ({ isDefault, isCanary, path }) => !isDefault && !isCanary && asksForRegex(ingress, path),
    )
    if (asking === undefined) return undefined
    const reference = referenceTo(ingress)
    const hosts = [
      ...new Set(own.filter(({ path }) => asksForRegex(ingress, path)).map(({ host = '' }) => host)),
    ]
    return hosts.flatMap((host) => {
      const hit = firstHit(asking, ingress, host, network)
      if (hit === undefined) return []
      return [
        {
          proof: 'proven' as const,
          severity: severityFor(reader, 'warning'),
          place: `${place.route(reference)} host ${host}`,
          summary: say`${reference} makes every path of host ${host === '' ? '*' : host} a pattern: ${hit.pathType} path ${hit.path} of ${referenceTo(hit.ingress)} now takes whatever begins with it`,
          evidence: [
            { reference: referenceTo(hit.ingress), field: `${hit.route.field}.path`, value: hit.path },
            {
              reference: referenceTo(hit.ingress),
              field: `${hit.route.field}.pathType`,
              value: hit.pathType,
            },
          ],
          advice: [say`Give ${reference} a host of its own, or write paths that need no pattern`],
        },
      ]
    })
  },
})

/** A path of another Ingress that is exact, or the beginning of another path of the host. */
function firstHit(
  { serving }: Location,
  ingress: Ingress,
  host: string,
  network: Network,
): Location | undefined {
  const all = (network.routes.ingress.table(serving)?.hosts.get(host) ?? []).filter(
    ({ isDefault, isCanary }) => !isDefault && !isCanary,
  )
  return all.find(
    (item) =>
      item.ingress !== ingress &&
      !asksForRegex(item.ingress, item.path) &&
      (item.pathType === 'Exact' ||
        all.some(
          ({ path }) =>
            path !== item.path &&
            item.path !== '/' &&
            path.startsWith(item.path) &&
            !path.startsWith(`${item.path}/`),
        )),
  )
}
