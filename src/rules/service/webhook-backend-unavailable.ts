import { whole } from '../../network/inventory/read.ts'
import { matchesSelector } from '../../network/inventory/selectors.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import type { Webhook, WebhookConfiguration } from '../../snapshot/kinds/webhook.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import { backendFault, placesOf } from './control-plane-backend.ts'

export default defineRule({
  id: 'service/webhook-backend-unavailable',
  title: 'Admission webhook that nobody answers',
  subject: 'WebhookConfiguration',
  severity: 'error',
  explains: ['no-such-service', 'port-not-on-service'],
  docs: {
    means:
      'The API server refuses every write that the webhook is asked about: no pod, no Deployment, no Secret can change.',
    why: 'The webhook’s pods are down, or its operator was removed and its configuration stayed.',
    proof:
      '`clientConfig.service` names a Service that does not exist, lacks the port or has no ready endpoint.',
    fix: 'Bring its pods back, or remove the configuration if its operator is gone.',
    falseAlarmWhen:
      'The webhook cannot hurt: failurePolicy Ignore, no rules, selectors that match no namespace (noted), or a URL.',
  },
  check(configuration, network) {
    return configuration.webhooks.flatMap(
      (webhook, index) => judge(configuration, webhook, index, network) ?? [],
    )
  },
})

function judge(
  configuration: WebhookConfiguration,
  webhook: Webhook,
  index: number,
  network: Network,
): FindingDraft | undefined {
  const { service } = webhook.clientConfig
  if (service === undefined || configuration.metadata.deletionTimestamp !== undefined) return undefined
  const fault = backendFault(service, network)
  if (fault === undefined) return undefined
  const reference = referenceTo(configuration)
  const field = `webhooks[${index}].clientConfig.service`
  const harmless = whyHarmless(webhook, network)
  return {
    proof: 'proven',
    severity: harmless === undefined ? 'error' : 'note',
    place: `${place.object(reference)} ${webhook.name}`,
    alsoAt: placesOf(reference, field, service, network),
    summary:
      harmless === undefined
        ? say`Writes that webhook ${webhook.name} of ${reference} checks are refused: ${fault.words}`
        : say`Webhook ${webhook.name} of ${reference} is not answered: ${fault.words}`,
    detail: harmless,
    evidence: [
      { reference, field: `${field}.name`, value: service.name },
      { reference, field: `${field}.namespace`, value: service.namespace },
      { reference, field: `webhooks[${index}].failurePolicy`, value: webhook.failurePolicy },
    ],
    advice: [
      say`kubectl -n ${service.namespace} get service,endpointslice,pod`,
      say`If its operator was removed: kubectl delete ${configuration.kind.toLowerCase()} ${configuration.metadata.name}`,
    ],
  }
}

/** Why no write fails through it, in words. */
function whyHarmless(webhook: Webhook, network: Network): Text | undefined {
  if (webhook.failurePolicy === 'Ignore')
    return say`Its failurePolicy is Ignore: writes go through unchecked.`
  if (webhook.rules.length === 0) return say`It has no rules, so it is never called.`
  const { namespaceSelector } = webhook
  if (namespaceSelector === undefined) return undefined
  const namespaces = whole(network.inventory.list('Namespace'))
  // Manifests rarely hold their namespaces.
  if (namespaces.length === 0) return undefined
  const isChosen = namespaces.some(
    ({ metadata }) => matchesSelector(metadata.labels, namespaceSelector) !== false,
  )
  return isChosen ? undefined : say`Its namespaceSelector matches no namespace, so it is not called for any.`
}
