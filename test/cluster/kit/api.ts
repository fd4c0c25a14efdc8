import type { Answer } from './request.ts'
import type { Stage } from './stage.ts'

/** Codes that the API server answers with, by the reason that kubectl prints: `Error from server (InternalError)`. */
const codes: Readonly<Record<string, number>> = { InternalError: 500, ServiceUnavailable: 503, NotFound: 404 }

/** One request to the API server by kubectl, in the stage's namespace, as any client of it makes them. */
export async function askApi(stage: Stage, ...args: readonly string[]): Promise<Answer> {
  const { exitCode, stderr } = await stage.cluster.kubectl.attempt(['--namespace', stage.namespace, ...args])
  if (exitCode === 0) return { http: 200 }
  const [, reason = ''] = /Error from server \((\w+)\)/.exec(stderr) ?? []
  const http = codes[reason]
  if (http === undefined) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`)
  return { http }
}
