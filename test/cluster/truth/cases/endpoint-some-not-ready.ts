import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

const marker = '/tmp/out-of-order'

export default {
  rule: 'endpoint/some-not-ready',
  fault: 'one of two pods is not ready',
  question: ['svc', 'api'],
  dial: { url: 'http://api/hostname' },
  feels: { http: 200 },
  answeredBy: { before: 1, after: 2 },
  mend: async (stage) => {
    const pods = await stage.kubectl('get', 'pods', '-l', 'app=api', '-o', 'name')
    for (const pod of pods.trim().split('\n')) await stage.exec(pod, ['rm', '-f', marker])
  },
  arrange: async (stage) => {
    const readinessProbe = {
      exec: { command: ['test', '!', '-e', marker] },
      periodSeconds: 1,
      failureThreshold: 1,
    }
    const api = server({ name: 'api', replicas: 2, container: { readinessProbe } })
    await stage.apply(api, service('api', { app: 'api' }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/api', 'deployment/curl')
    const [pod = ''] = (await stage.kubectl('get', 'pods', '-l', 'app=api', '-o', 'name')).split('\n')
    await stage.exec(pod, ['touch', marker])
    await stage.kubectl('wait', '--for=condition=Ready=False', pod, '--timeout=30s')
  },
} satisfies TruthCase
