import type { KubeObject } from '../snapshot/kinds/kinds.ts'

/** Who keeps an object as it is, and would take a change by hand back. */
export interface ObjectOwner {
  readonly kind: 'helm' | 'argo-cd' | 'flux' | 'controller'
  /** The release, application or object, as far as it says. */
  readonly name?: string | undefined
}

const fluxLabels = ['kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name'] as const
const argoAnnotation = 'argocd.argoproj.io/tracking-id'
const argoLabel = 'argocd.argoproj.io/instance'

/** Reads who owns an object from its labels, annotations, owners and field managers; `undefined` when nobody says so. */
export function ownerOf(object: KubeObject): ObjectOwner | undefined {
  const { labels, annotations, ownerReferences, managedFields } = object.metadata
  const controller = ownerReferences.find((owner) => owner.controller === true)
  if (controller !== undefined) return { kind: 'controller', name: `${controller.kind} ${controller.name}` }
  for (const label of fluxLabels)
    if (labels[label] !== undefined) return { kind: 'flux', name: labels[label] }
  const tracking = annotations[argoAnnotation]
  if (tracking !== undefined) return { kind: 'argo-cd', name: tracking.split(':')[0] }
  if (labels[argoLabel] !== undefined) return { kind: 'argo-cd', name: labels[argoLabel] }
  if (managedFields.some(({ manager }) => manager.startsWith('argocd'))) return { kind: 'argo-cd' }
  const release = annotations['meta.helm.sh/release-name']
  if (release !== undefined || labels['app.kubernetes.io/managed-by'] === 'Helm')
    return { kind: 'helm', name: release }
  return undefined
}
