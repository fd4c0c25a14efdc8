import { integer, isRecord, list, optional, record, text } from './json.ts'
import {
  defineKind,
  type KindDefinition,
  type KubeObjectBase,
  type LabelSelector,
  parseLabelSelector,
} from './kind.ts'

export interface Webhook {
  readonly name: string
  readonly failurePolicy?: string | undefined
  readonly clientConfig: {
    readonly url?: string | undefined
    readonly service?:
      | {
          readonly namespace: string
          readonly name: string
          readonly path?: string | undefined
          readonly port?: number | undefined
        }
      | undefined
  }
  readonly namespaceSelector?: LabelSelector | undefined
  readonly objectSelector?: LabelSelector | undefined
  /** How many rules say what the webhook is called for; none means it is never called. */
  readonly rules: readonly Readonly<Record<string, never>>[]
}

export type WebhookConfigurationKind = 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration'

export interface WebhookConfiguration<K extends WebhookConfigurationKind = WebhookConfigurationKind>
  extends KubeObjectBase<K> {
  readonly webhooks: readonly Webhook[]
}

function defineConfiguration<K extends WebhookConfigurationKind>(
  kind: K,
  plural: string,
): KindDefinition<K, WebhookConfiguration<K>> {
  return defineKind<K, WebhookConfiguration<K>>({
    kind,
    group: 'admissionregistration.k8s.io',
    versions: ['v1'],
    plural,
    namespaced: false,
    parse: (json, base) => ({
      ...base,
      webhooks: list(json['webhooks'], (webhook) => {
        const client = record(webhook['clientConfig'])
        return {
          name: text(webhook['name']) ?? '',
          failurePolicy: text(webhook['failurePolicy']),
          clientConfig: {
            url: text(client['url']),
            service: optional(client['service'], (service) => ({
              namespace: text(service['namespace']) ?? '',
              name: text(service['name']) ?? '',
              path: text(service['path']),
              port: integer(service['port']),
            })),
          },
          namespaceSelector: optional(webhook['namespaceSelector'], parseLabelSelector),
          objectSelector: optional(webhook['objectSelector'], parseLabelSelector),
          rules: Array.isArray(webhook['rules']) ? webhook['rules'].filter(isRecord).map(() => ({})) : [],
        }
      }),
    }),
  })
}

export const mutatingWebhookConfiguration = defineConfiguration(
  'MutatingWebhookConfiguration',
  'mutatingwebhookconfigurations',
)
export const validatingWebhookConfiguration = defineConfiguration(
  'ValidatingWebhookConfiguration',
  'validatingwebhookconfigurations',
)
