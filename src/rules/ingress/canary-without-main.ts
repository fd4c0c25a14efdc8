import type { Network } from '../../network/network.ts'
import { nginxPrefix } from '../../network/routes/ingress/annotations.ts'
import type { Location } from '../../network/routes/ingress/locations.ts'
import { place } from '../../network/traffic/place.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import { locationsOf } from './backends.ts'
import { nginxReader, severityFor } from './nginx.ts'

export default defineRule({
  id: 'ingress/canary-without-main',
  title: 'Canary Ingress that goes with no main one',
  subject: 'Ingress',
  severity: 'warning',
  docs: {
    means: 'The controller drops the canary: no request goes to its Service, whatever its weight.',
    why: 'Host, path or pathType of the two differ by a little, the main Ingress is gone or has another class, or both send to the same Service.',
    proof:
      'The annotation `canary: "true"`, and all Ingresses of the controller, none of which has the same host, path and type with another Service.',
    fix: 'Give both the same host, path and pathType, and the canary a Service of its own.',
    falseAlarmWhen:
      '`canary: "false"` is an ordinary Ingress. For ingress-nginx the main one may be in another namespace.',
  },
  check(ingress, network) {
    const reader = nginxReader(ingress, network)
    if (reader === undefined) return undefined
    const alone = locationsOf(ingress, network).filter(
      (location) =>
        location.isCanary && !location.isDefault && network.routes.ingress.mainOf(location) === undefined,
    )
    const [first] = alone
    if (first === undefined) return undefined
    const gaps = network.inventory.list('Ingress')
    if (gaps.gaps.length > 0) return undefined
    const severity = severityFor(reader, 'warning')
    return draftOf(first, referenceTo(ingress), severity, network)
  },
})

function draftOf(
  canary: Location,
  reference: ObjectReference,
  severity: FindingDraft['severity'],
  network: Network,
): FindingDraft {
  const others = (network.routes.ingress.table(canary.serving)?.hosts.get(canary.host ?? '') ?? []).filter(
    ({ isCanary, isDefault }) => !isCanary && !isDefault,
  )
  return {
    proof: 'proven',
    severity,
    place: `${place.route(reference)} canary`,
    summary: say`${reference} is a canary for ${canary.host ?? '*'}${canary.path} (${canary.pathType}), and ${why(canary, others)}: it gets no request`,
    evidence: [
      { reference, field: `metadata.annotations[${nginxPrefix}canary]`, value: 'true' },
      { reference, field: `${canary.route.field}.path`, value: canary.path },
      ...others.slice(0, 3).map(({ ingress, route, path }) => ({
        reference: referenceTo(ingress),
        field: `${route.field}.path`,
        value: path,
      })),
    ],
    advice: [say`Give main and canary the same host, path and pathType, and the canary a Service of its own`],
  }
}

function why({ path, pathType }: Location, others: readonly Location[]): Text {
  const [first] = others
  if (first === undefined) return say`no other Ingress of the class has that host`
  const same = others.find((item) => item.path === path)
  if (same === undefined) return say`the host has ${first.path} of ${referenceTo(first.ingress)} instead`
  return same.pathType === pathType
    ? say`${referenceTo(same.ingress)} has that path with the same Service or in another namespace`
    : say`${referenceTo(same.ingress)} has that path with pathType ${same.pathType}`
}
