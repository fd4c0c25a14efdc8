import { askApi } from '../../kit/api.ts'
import type { Stage } from '../../kit/stage.ts'
import type { TruthCase } from '../case.ts'

const group = (stage: Stage) => `${stage.namespace}.example.com`
const apiService = (stage: Stage) => ['apiservice', `v1.${group(stage)}`]

/** While it is there, no namespace can be deleted, and discovery is incomplete for every client. */
async function remove(stage: Stage): Promise<void> {
  await stage.kubectl('delete', '--ignore-not-found', ...apiService(stage))
}

export default {
  rule: 'service/apiservice-unavailable',
  fault: 'the server of an aggregated API was removed, and the APIService stayed',
  question: ['--all-namespaces'],
  alone: 'concerns the cluster',
  dial: {
    ask: async (stage) => {
      const answer = await askApi(stage, 'get', '--raw', `/apis/${group(stage)}/v1`)
      // An API that is no more is not found: what was to be mended is gone.
      return typeof answer === 'object' && answer.http === 404 ? { http: 200 } : answer
    },
  },
  feels: { http: 503 },
  // As the advice says.
  mend: remove,
  arrange: async (stage) => {
    stage.onEnd(() => remove(stage))
    await stage.apply({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1.${group(stage)}` },
      spec: {
        group: group(stage),
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { name: 'metrics', namespace: stage.namespace, port: 80 },
      },
    })
    await stage.kubectl('wait', '--for=condition=Available=False', ...apiService(stage), '--timeout=45s')
  },
} satisfies TruthCase
