import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { classNameOf } from '../../network/routes/class-names.ts'
import type { Serving } from '../../network/routes/controllers.ts'
import { place } from '../../network/traffic/place.ts'
import type { Ingress } from '../../snapshot/kinds/ingress.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { counted, listed, say, type Text } from '../text.ts'

export type Unserved = Extract<Serving, { is: 'unserved' }>

/** The Ingresses of one namespace that nobody serves for one reason. */
export interface UnservedGroup {
  readonly serving: Unserved
  readonly ingresses: readonly Ingress[]
}

/**
 * The group that an Ingress belongs to. All of its members have the same finding: one fault is told once for each namespace,
 * however many Ingresses it hits.
 */
export function groupOf(
  ingress: Ingress,
  reason: Unserved['reason'],
  network: Network,
): UnservedGroup | undefined {
  const serving = unservedFor(ingress, reason, network)
  if (serving === undefined) return undefined
  serving.open?.noteOpen()
  const ingresses = network.inventory
    .list('Ingress', ingress.metadata.namespace)
    .items.filter(
      (other) =>
        other.metadata.deletionTimestamp === undefined &&
        classNameOf(other) === classNameOf(ingress) &&
        unservedFor(other, reason, network) !== undefined,
    )
  return { serving, ingresses }
}

function unservedFor(ingress: Ingress, reason: Unserved['reason'], network: Network): Unserved | undefined {
  const serving = network.routes.controllers.forIngress(ingress)
  if (serving.is === 'unknown' && reasonBehind(serving) === reason) whole({ items: [], gaps: serving.gaps })
  return serving.is === 'unserved' && serving.reason === reason ? serving : undefined
}

/** What it would be if nothing turned up in what was not read. */
function reasonBehind({ className }: Extract<Serving, { is: 'unknown' }>): Unserved['reason'] {
  return className === undefined ? 'no-class' : 'class-not-found'
}

/** `Ingress a`, or `the 4 Ingresses a, b, c and 1 more`. */
export function named(ingresses: readonly Ingress[]): Text {
  const [only] = ingresses
  if (ingresses.length === 1 && only !== undefined) return say`${referenceTo(only)}`
  const shown = ingresses.slice(0, 3).map(({ metadata }) => say`${metadata.name}`)
  const rest = ingresses.length - shown.length
  return say`${counted(ingresses.length, 'Ingress', 'Ingresses')} (${listed(rest > 0 ? [...shown, say`${rest} more`] : shown)})`
}

/** What all findings about unserved Ingresses have in common. */
export function common({
  ingresses,
  serving,
}: UnservedGroup): Pick<FindingDraft, 'about' | 'place' | 'alsoAt' | 'evidence'> {
  const [about] = ingresses.map(referenceTo)
  const [first, ...others] = ingresses.map((ingress) => place.route(referenceTo(ingress)))
  return {
    about,
    place: first ?? '',
    alsoAt: others,
    evidence: ingresses.map((ingress) => classEvidence(ingress, serving.className)),
  }
}

function classEvidence(ingress: Ingress, className: string | undefined): Evidence {
  const isAnnotation = ingress.spec.ingressClassName === undefined && className !== undefined
  return {
    reference: referenceTo(ingress),
    field: isAnnotation ? 'metadata.annotations[kubernetes.io/ingress.class]' : 'spec.ingressClassName',
    value: className,
  }
}

/** What clients get meanwhile. */
export const nobodyAnswers = say`No controller reads them: whatever a client asks for, their hosts and paths lead nowhere.`
