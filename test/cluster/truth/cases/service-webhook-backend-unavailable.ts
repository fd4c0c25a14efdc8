import { askApi } from '../../kit/api.ts'
import type { Stage } from '../../kit/stage.ts'
import type { TruthCase } from '../case.ts'

const configuration = (stage: Stage) => ['validatingwebhookconfiguration', stage.namespace]

export default {
  rule: 'service/webhook-backend-unavailable',
  fault: 'an operator was removed, and the webhook that every ConfigMap has to pass stayed',
  question: ['--all-namespaces'],
  alone: 'concerns the cluster',
  dial: { ask: (stage) => askApi(stage, 'create', 'configmap', 'new', '--dry-run=server') },
  feels: { http: 500 },
  // As the advice says.
  mend: async (stage) => {
    await stage.kubectl('delete', ...configuration(stage))
  },
  arrange: async (stage) => {
    const inStage = { matchLabels: { 'kubernetes.io/metadata.name': stage.namespace } }
    const webhook = {
      name: 'check.example.com',
      clientConfig: { service: { name: 'policy', namespace: stage.namespace, path: '/check', port: 80 } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }],
      namespaceSelector: inStage,
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
    }
    await stage.apply({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: stage.namespace },
      webhooks: [webhook],
    })
    stage.onEnd(async () => {
      await stage.kubectl('delete', '--ignore-not-found', ...configuration(stage))
    })
  },
} satisfies TruthCase
