import { waitFor } from '../harness/wait.ts'
import { type Answer, describeAnswer, tally } from '../kit/request.ts'
import type { Stage } from '../kit/stage.ts'
import { feeling, type TruthCase } from './case.ts'

/** So many requests show whether all or only some of them fail. */
const enough = 12
/** Where all must end alike, one could be luck. */
const few = 2
/** So many answers come from every one of two pods, but for one time in 500 000. */
const answersOfAll = 20

const works = 'http 200'

/** Waits until the client feels the fault as the case says, and returns that in words. */
export async function feelTheFault(stage: Stage, truth: TruthCase): Promise<string> {
  if (truth.answeredBy !== undefined) {
    const { before, after } = truth.answeredBy
    await untilAnsweredBy(stage, truth, before)
    return `answers of ${before} of ${after} pods only`
  }
  const answers = feeling(stage, truth).map(describeAnswer)
  const expected = answers.join(' or ')
  const countIn = (counts: Counts) => answers.reduce((sum, answer) => sum + (counts[answer] ?? 0), 0)
  // Which one it is says nothing about the cause: it is the enforcer's choice, and stands beside it on the page.
  const enforcer = truth.feelsWithReject === undefined ? '' : ` (${stage.cluster.denial})`
  if (truth.share === undefined) {
    const allFail = (counts: Counts) => countIn(counts) === few
    await untilAnswers(stage, truth, allFail, few, `every request to end ${expected}`)
    return `${expected}${enforcer}`
  }
  const isMixed = (counts: Counts) => countIn(counts) > 0 && countIn(counts) < enough
  await untilAnswers(stage, truth, isMixed, enough, `a part of the requests to end ${expected}`)
  return `partly ${expected}${enforcer}`
}

/** Waits until every request works, and comes from as many pods as it should. */
export async function feelNoFault(stage: Stage, truth: TruthCase): Promise<void> {
  const requests = truth.share === undefined ? few : enough
  const allWork = (counts: Counts) => counts[works] === requests
  await untilAnswers(stage, truth, allWork, requests, 'every request to work')
  if (truth.answeredBy !== undefined) await untilAnsweredBy(stage, truth, truth.answeredBy.after)
}

type Counts = Readonly<Record<string, number>>

async function untilAnswers(
  stage: Stage,
  truth: TruthCase,
  isAsExpected: (counts: Counts) => boolean,
  requests: number,
  expectation: string,
): Promise<void> {
  let last: Counts = {}
  const what = () => `${expectation}, not ${JSON.stringify(last)}`
  const look = async () => {
    last = await tally(await dialler(stage, truth), requests)
    return isAsExpected(last)
  }
  await waitFor(what, look, { timeoutMs: truth.slow === undefined ? 60_000 : 120_000, intervalMs: 500 })
}

async function dialler(stage: Stage, truth: TruthCase): Promise<() => Promise<Answer>> {
  const { dial } = truth
  if ('ask' in dial) return () => dial.ask(stage)
  const url = await urlOf(stage, truth)
  return () => stage.request(truth.client ?? defaultClient, url)
}

/** Waits until the answers, which are the names of pods, come from so many different ones. */
async function untilAnsweredBy(stage: Stage, truth: TruthCase, pods: number): Promise<void> {
  let last = new Set<string>()
  const url = await urlOf(stage, truth)
  const look = async () => {
    const { stdout } = await stage.exec(truth.client ?? defaultClient, manyRequests(url, truth))
    last = new Set(stdout.split('\n').filter(Boolean))
    return last.size === pods && !last.has('failed')
  }
  await waitFor(() => `answers of ${pods} pods, not of ${[...last].join(', ')}`, look, { timeoutMs: 60_000 })
}

/** Prints the answers, one a line; `failed` for a request that got none. */
function manyRequests(url: string, { answeredBy }: TruthCase): readonly string[] {
  const curl = ['curl', '--silent', '--fail', '--max-time', '4', '--write-out', '\\n']
  // curl keeps its connection from one URL to the next.
  if (answeredBy?.overOneConnection) return [...curl, `${url}?[1-${answersOfAll}]`]
  const loop = `for i in $(seq ${answersOfAll}); do "$@" || echo failed; done`
  return ['sh', '-c', loop, 'sh', ...curl, url]
}

const defaultClient = 'deployment/curl'

async function urlOf(stage: Stage, { dial, client = defaultClient }: TruthCase): Promise<string> {
  if ('ask' in dial) throw new Error('this case dials no URL')
  if ('url' in dial) return dial.url
  const { exitCode, stdout, stderr } = await stage.exec(client, ['sh', '-c', `echo "$${dial.variable}"`])
  if (exitCode !== 0) throw new Error(stderr)
  return stdout.trim()
}
