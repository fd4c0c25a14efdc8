import { client, server, service } from '../../kit/objects.ts'
import type { Stage } from '../../kit/stage.ts'
import type { TruthCase } from '../case.ts'

/** Ends the server; the kubelet starts it anew, each time a little later. */
async function crash(stage: Stage): Promise<void> {
  const exit = ['wget', '-q', '-O', '-', 'http://127.0.0.1:8080/exit?code=1']
  await stage.exec('deployment/api', exit)
}

const restarts = (count: number) =>
  `--for=jsonpath={.status.containerStatuses[0].restartCount}=${count}` as const

export default {
  rule: 'endpoint/readiness-flapping',
  fault: 'the only server crashes now and then, and comes back',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  comesTrue: crash,
  mend: 'never',
  arrange: async (stage) => {
    await stage.apply(
      server({ name: 'api' }),
      service('api', { app: 'api' }),
      client('curl', { API: 'http://api/' }),
    )
    await stage.ready('deployment/api', 'deployment/curl')
    for (const count of [1, 2]) {
      await crash(stage)
      await stage.kubectl('wait', restarts(count), 'pod', '-l', 'app=api', '--timeout=60s')
      await stage.ready('deployment/api')
    }
  },
} satisfies TruthCase
