import type { Answer } from './request.ts'
import type { Stage } from './stage.ts'

/** The code that the API server answered, by what kubectl prints of it: the reason, or the message alone. */
const codes: readonly (readonly [RegExp, number])[] = [
  [/\(InternalError\)|Internal error occurred/, 500],
  [/\(ServiceUnavailable\)/, 503],
  [/\(NotFound\)/, 404],
]

/** One request to the API server by kubectl, in the stage's namespace, as any client of it makes them. */
export async function askApi(stage: Stage, ...args: readonly string[]): Promise<Answer> {
  const { exitCode, stderr } = await stage.cluster.kubectl.attempt(['--namespace', stage.namespace, ...args])
  if (exitCode === 0) return { http: 200 }
  const http = codes.find(([printed]) => printed.test(stderr))?.[1]
  if (http === undefined) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`)
  return { http }
}
