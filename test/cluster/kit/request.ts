import type { Finished } from '../harness/run.ts'

/** How a client's request ended: what it felt, or the status code that somebody answered. */
export type Answer =
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'reset'
  | 'nxdomain'
  | 'servfail'
  | { readonly http: number }

const connectTimeoutSeconds = 4
const requestTimeoutSeconds = 6

/** Options of a request. */
export interface RequestOptions {
  /** Connects to this `host:port` instead of the one that the URL names: `traefik.traefik:80`. */
  readonly via?: string
}

/** Runs a program where the client is. */
type Exec = (argv: readonly string[]) => Promise<Finished>

/**
 * Makes one HTTP request with curl. curl names the system's error ("Connection refused", "No route to host") only in its
 * verbose output, and says "could not resolve" for every kind of missing answer: there the resolver is asked again with dig.
 */
export async function askFrom(exec: Exec, url: string, { via }: RequestOptions = {}): Promise<Answer> {
  const limits = ['--connect-timeout', `${connectTimeoutSeconds}`, '--max-time', `${requestTimeoutSeconds}`]
  const output = ['--output', '/dev/null', '--write-out', '%{http_code}']
  const route = via === undefined ? [] : ['--connect-to', `::${via}`]
  const curl = await exec(['curl', '--verbose', '--insecure', ...limits, ...output, ...route, url])
  switch (curl.exitCode) {
    case 0:
      return { http: Number(curl.stdout) }
    case 5:
    case 6:
      return resolverAnswer(
        exec,
        /Could not resolve (?:host|proxy): (\S+)/.exec(curl.stderr)?.[1] ?? new URL(url).hostname,
      )
    case 7:
      // A name with several addresses fails once for each: localhost is also ::1, where there may be no IPv6.
      return curl.stderr.includes('Connection refused') ? 'refused' : 'unreachable'
    case 28:
      return 'timeout'
    case 35:
    case 52:
    case 56:
      return 'reset'
    default:
      throw new Error(`curl ${url}: exit code ${curl.exitCode}\n${curl.stderr}`)
  }
}

async function resolverAnswer(exec: Exec, name: string): Promise<Answer> {
  const { stdout } = await exec(['dig', '+search', '+tries=1', '+time=3', name])
  if (stdout.includes('status: SERVFAIL')) return 'servfail'
  // No server answered at all: dig says why.
  if (!stdout.includes('status: ')) return stdout.includes('connection refused') ? 'refused' : 'timeout'
  return 'nxdomain'
}

/** So many requests of a tally are under way at once. */
const atOnce = 4

/** How many of a number of requests ended in which way: `{refused: 5, "http 200": 15}`. */
export async function tally(
  ask: () => Promise<Answer>,
  count: number,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (let asked = 0; asked < count; asked += atOnce) {
    const answers = await Promise.all(Array.from({ length: Math.min(atOnce, count - asked) }, ask))
    for (const key of answers.map(describeAnswer)) counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

/** An answer in words: `refused`, `http 200`. */
export function describeAnswer(answer: Answer): string {
  return typeof answer === 'string' ? answer : `http ${answer.http}`
}
