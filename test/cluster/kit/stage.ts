import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { Finished } from '../harness/run.ts'
import { waitFor } from '../harness/wait.ts'
import { type TestCluster, testCluster } from './cluster.ts'
import { printLogs } from './logs.ts'
import type { KubernetesObject } from './objects.ts'
import { type Answer, askFrom, type RequestOptions } from './request.ts'

/** The name of any stage's namespace. It does not say `test`: netdoctor expects less of namespaces that do. */
export const stageNamespace = /netdoctor-stage-[a-z0-9-]+-[0-9a-f]{6}/g

/** A namespace of its own for one test, and what a test does in it. */
export interface Stage {
  readonly cluster: TestCluster
  readonly namespace: string
  /** Applies objects to the stage's namespace, unless they name another. */
  apply(...objects: readonly KubernetesObject[]): Promise<void>
  /** Runs kubectl in the stage's namespace; throws when it fails. */
  kubectl(...args: readonly string[]): Promise<string>
  /** Waits until a Deployment is rolled out, or a pod is Ready: `deployment/api`, `pod/client`. */
  ready(...names: readonly string[]): Promise<void>
  /** Runs a program in a pod, with `input` as its standard input. */
  exec(pod: string, argv: readonly string[], input?: string): Promise<Finished>
  /** One HTTP request from a pod, as the pod's user sees it. */
  request(pod: string, url: string, options?: RequestOptions): Promise<Answer>
  /** Does something when the test ends, before the namespace goes away, whatever became of the test. */
  onEnd(cleanUp: () => Promise<unknown>): void
  /** A stage with a namespace of its own for the same test. */
  openAnother(name: string): Promise<Stage>
  /** Asks again until the answer is the expected one; throws with the last answer when it never is. */
  expectAnswer(pod: string, url: string, expected: Answer, options?: RequestOptions): Promise<void>
}

type OnFinished = typeof onTestFinished

/**
 * Makes a stage for the running test. Its namespace is removed when the test ends; when the test failed, what is needed to
 * understand why is printed first. A test that runs beside others passes the `onTestFinished` of its context.
 */
export async function openStage(name: string, onFinished: OnFinished = onTestFinished): Promise<Stage> {
  const cluster = await testCluster()
  const namespace = `netdoctor-stage-${name}-${randomBytes(3).toString('hex')}`
  await cluster.kubectl.run(['create', 'namespace', namespace])
  const inNamespace = (args: readonly string[]) => ['--namespace', namespace, ...args]
  const kubectl = (...args: readonly string[]) => cluster.kubectl.run(inNamespace(args))
  onFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await printLogs(cluster, namespace)
    await cluster.kubectl.run(['delete', 'namespace', namespace, '--wait=false'])
  })

  const stage: Stage = {
    cluster,
    namespace,
    kubectl,
    apply: async (...objects) => {
      const list = { apiVersion: 'v1', kind: 'List', items: objects }
      await cluster.kubectl.run(inNamespace(['apply', '-f', '-']), { input: JSON.stringify(list) })
    },
    ready: async (...names) => {
      for (const resource of names) {
        if (resource.startsWith('pod/'))
          await kubectl('wait', '--for=condition=Ready', resource, '--timeout=45s')
        else await kubectl('rollout', 'status', resource, '--timeout=45s')
      }
    },
    exec: (pod, argv, input) =>
      cluster.kubectl.attempt(
        inNamespace(['exec', ...(input === undefined ? [] : ['--stdin']), pod, '--', ...argv]),
        { timeoutMs: 60_000, ...(input !== undefined && { input }) },
      ),
    request: (pod, url, options) => askFrom((argv) => stage.exec(pod, argv), url, options),
    onEnd: (cleanUp) =>
      onFinished(async () => {
        await cleanUp()
      }),
    openAnother: (another) => openStage(another, onFinished),
    expectAnswer: async (pod, url, expected, options) => {
      let last: Answer | undefined
      const matches = async () => {
        last = await stage.request(pod, url, options)
        return JSON.stringify(last) === JSON.stringify(expected)
      }
      const what = () =>
        `${url} from ${pod} to answer ${JSON.stringify(expected)}, not ${JSON.stringify(last)}`
      await waitFor(what, matches, { timeoutMs: 30_000, intervalMs: 300 })
    },
  }
  return stage
}
