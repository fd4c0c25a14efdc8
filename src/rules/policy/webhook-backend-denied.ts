import type { Edit } from '../../network/edit.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { identityLabels } from '../../network/policy/identity.ts'
import type { Policy } from '../../network/policy/model.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import { place } from '../../network/traffic/place.ts'
import type { Webhook, WebhookConfiguration } from '../../snapshot/kinds/webhook.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { placesOf } from '../service/control-plane-backend.ts'
import { counted, listed, say } from '../text.ts'
import { policiesAgainstApiServer } from './control-plane-access.ts'

export default defineRule({
  id: 'policy/webhook-backend-denied',
  title: 'Network policies keep the API server from an admission webhook',
  subject: 'WebhookConfiguration',
  severity: 'error',
  docs: {
    means:
      'The API server waits for the webhook in vain, up to its timeout, and then refuses every write that it is asked about.',
    why: 'The webhook’s pods were isolated, and the rules admit pods only. The API server is no pod.',
    proof:
      'NetworkPolicies isolate the pods behind the webhook’s Service for ingress, and each rule that opens the pod port names nothing but pods outside kube-system.',
    fix: 'Open the port of the webhook without `from`, or to the addresses that the control plane comes from.',
    falseAlarmWhen:
      'Any rule on that port names no peers, an ipBlock or pods of kube-system, where agents of hosted control planes run; the pods run ' +
      'on the host network or on the node of the API server; cluster-wide policies or those of the plugin take part; nothing enforces policies: ' +
      'then it is silent. Without failurePolicy Fail it is a warning, for writes go through after the wait.',
  },
  check(configuration, network) {
    return configuration.webhooks.flatMap(
      (webhook, index) => check(configuration, webhook, index, network) ?? [],
    )
  },
})

interface Denied {
  readonly endpoint: Endpoint
  readonly policies: readonly Policy[]
}

function check(
  configuration: WebhookConfiguration,
  webhook: Webhook,
  index: number,
  network: Network,
): FindingDraft | undefined {
  const target = webhook.clientConfig.service
  if (target === undefined || webhook.rules.length === 0) return undefined
  const [service] = network.services.get(target.namespace, target.name).items
  const port = service?.spec.ports.find((item) => item.port === (target.port ?? 443))
  if (service === undefined || port === undefined) return undefined
  const endpoints = whole(network.services.ofPort(service, port)).filter(({ ready }) => ready)
  const denied = endpoints.map((endpoint): Denied | undefined => {
    const policies = policiesAgainstApiServer(endpoint, 'TCP', network)
    return policies === undefined ? undefined : { endpoint, policies }
  })
  const found = denied.filter((item) => item !== undefined)
  const [first] = found
  const policy = first?.policies[0]
  if (first === undefined || policy === undefined) return undefined
  const reference = referenceTo(configuration)
  const field = `webhooks[${index}].clientConfig.service`
  const isStrict = webhook.failurePolicy !== 'Ignore' && found.length === endpoints.length
  const policies = [...new Set(found.flatMap((item) => item.policies))]
  const named = listed(policies.map((item) => say`${item.reference}`))
  const pods = say`${found.length} of ${counted(endpoints.length, 'pod')}`
  return {
    proof: 'likely',
    severity: isStrict ? 'error' : 'warning',
    about: policy.reference,
    place: place.policyPart(policy.reference, `into ${target.namespace}/${target.name}:${port.port}`),
    alsoAt: [place.policy(policy.reference), ...placesOf(reference, field, target, network)],
    summary: say`The API server may not reach ${pods} of webhook ${webhook.name} (${reference}) on port ${first.endpoint.targetPort ?? 0}: ${named} admits only pods`,
    detail:
      webhook.failurePolicy === 'Ignore'
        ? say`Its failurePolicy is Ignore: writes wait for its timeout and go through unchecked.`
        : say`Writes that it checks are refused after its timeout.`,
    evidence: [
      ...policies.map((item) => ({
        reference: item.reference,
        field: 'spec.ingress',
        value: (item.rules.ingress ?? []).length === 0 ? undefined : 'no rule without peers, and no address',
      })),
      { reference, field: `${field}.name`, value: target.name },
      { reference, field: `webhooks[${index}].failurePolicy`, value: webhook.failurePolicy },
    ],
    fix: {
      edits: [opening(first.endpoint, target, network)],
      note: say`Opens the port to everybody: from where the control plane comes is in no object. Name its addresses in \`from\` where you know them.`,
    },
  }
}

function opening(
  { pod, targetPort }: Endpoint,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { inventory }: Network,
): Edit {
  const metadata = { name: `allow-api-server-to-${name}`, namespace }
  const types = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' } as const
  const matchLabels = pod === undefined ? {} : identityLabels(pod, inventory)
  return {
    kind: 'create',
    reference: { ...types, ...metadata },
    object: {
      ...types,
      metadata,
      spec: {
        podSelector: { matchLabels },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ protocol: 'TCP', port: targetPort }] }],
      },
    },
  }
}
