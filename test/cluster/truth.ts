import { dirname, join } from 'node:path'
import { attempt, type Finished, run } from './harness/run.ts'
import { waitFor } from './harness/wait.ts'
import { type Answer, describeAnswer, tally } from './kit/request.ts'
import { openStage, type Stage, stageNamespace } from './kit/stage.ts'
import { type Answered, type Problem, parseAnswered } from './truth-answer.ts'

/** The URL of a request, or the name of an environment variable of the client that holds it. */
type Dial = { readonly url: string } | { readonly variable: string }

/**
 * One fault, staged on the real cluster: what a client feels, which rule must explain it, and that the printed fix mends it.
 * Each is the default export of `truth/AREA-RULE.ts`.
 */
export interface TruthCase {
  readonly rule: string
  /** The fault in one clause, for the table: `the selector has one letter too few`. */
  readonly fault: string
  /** Makes the fault, and waits until everything but the fault is in place. */
  readonly arrange: (stage: Stage) => Promise<void>
  /** The question to netdoctor: `['svc', 'api']`. */
  readonly question: readonly string[]
  /** Who asks; default `deployment/curl`. */
  readonly client?: string
  readonly dial: Dial
  /** What the client feels before the fix; with `some`, only a part of its requests ends so. */
  readonly feels: Answer
  /** What it feels instead where kube-proxy has no rule for what it does not serve: in iptables mode. */
  readonly feelsWithIptables?: Answer
  readonly share?: 'all' | 'some'
  /**
   * How it is mended: by the commands of the printed fix (`printed`), or by hand where netdoctor gives advice only. `never`:
   * nothing is to be mended by an edit that a tool could name.
   */
  readonly mend: 'printed' | 'never' | ((stage: Stage) => Promise<void>)
  /** Why netdoctor names the rule only after minutes: the case is then left to .ci/full. */
  readonly slow?: string
}

/** What was seen, for docs/truth.md. */
export interface Sighting {
  readonly rule: string
  readonly fault: string
  readonly felt: string
  /** What mended it: the printed commands, `by hand`, or `nothing was tried`. */
  readonly mended: string
  readonly serverVersion: string
  readonly proxyMode: string
  /** The day, as 2026-01-31. */
  readonly date: string
}

const program = join(import.meta.dirname, '..', '..', 'bin', 'kubectl-netdoctor')
const requestsPerShare = 12

/** Stages the fault and follows it to its end; throws where reality and netdoctor disagree. */
export async function seeTruth(truth: TruthCase): Promise<Sighting> {
  const stage = await openStage(truth.rule.replace('/', '-').slice(0, 30))
  await truth.arrange(stage)
  await feelTheFault(stage, truth)
  const problem = await explained(stage, truth)
  const mended = await mend(stage, truth, problem)
  const { serverVersion, proxyMode } = stage.cluster
  const felt = `${truth.share === 'some' ? 'partly ' : ''}${describeAnswer(feeling(stage, truth))}`
  return {
    rule: truth.rule,
    fault: truth.fault,
    felt,
    mended,
    serverVersion,
    proxyMode,
    date: new Date().toISOString().slice(0, 10),
  }
}

function feeling(stage: Stage, { feels, feelsWithIptables }: TruthCase): Answer {
  return stage.cluster.proxyMode === 'iptables' ? (feelsWithIptables ?? feels) : feels
}

async function feelTheFault(stage: Stage, truth: TruthCase): Promise<void> {
  const expected = describeAnswer(feeling(stage, truth))
  if (truth.share !== 'some') {
    await untilAnswers(
      stage,
      truth,
      (counts) => counts[expected] === 2,
      2,
      `every request to end ${expected}`,
    )
    return
  }
  const isMixed = (counts: Counts) => (counts[expected] ?? 0) > 0 && Object.keys(counts).length > 1
  await untilAnswers(stage, truth, isMixed, requestsPerShare, `a part of the requests to end ${expected}`)
}

/** Asks netdoctor until it names the rule: kubelet and controllers need a moment to report what clients feel already. */
async function explained(stage: Stage, truth: TruthCase): Promise<Problem> {
  let last: Answered | undefined
  const what = () => `${truth.rule} among ${JSON.stringify(last?.problems.map(({ rule }) => rule))}`
  const find = async () => {
    last = await ask(stage, truth)
    return last.problems.find(({ rule }) => rule === truth.rule)
  }
  const problem = await waitFor(what, find, {
    timeoutMs: truth.slow === undefined ? 75_000 : 180_000,
    intervalMs: 1500,
  })
  const predicted = last?.symptoms ?? []
  if (predicted.length > 0 && !predicted.includes(describeAnswer(feeling(stage, truth)))) {
    throw new Error(
      `the client felt ${describeAnswer(feeling(stage, truth))}, netdoctor predicts ${predicted.join(', ')}`,
    )
  }
  return problem
}

async function mend(stage: Stage, truth: TruthCase, problem: Problem): Promise<string> {
  if (truth.mend === 'never') return 'nothing was tried'
  const commands = truth.mend === 'printed' ? problem.commands : []
  if (truth.mend === 'printed') await runPrinted(stage, truth, commands)
  else await truth.mend(stage)
  const works = (counts: Counts) => counts['http 200'] === (truth.share === 'some' ? requestsPerShare : 2)
  await untilAnswers(
    stage,
    truth,
    works,
    truth.share === 'some' ? requestsPerShare : 2,
    'every request to work',
  )
  const isSilent = async () => (await ask(stage, truth)).problems.every(({ rule }) => rule !== truth.rule)
  await waitFor(`netdoctor to find ${truth.rule} no more`, isSilent, { timeoutMs: 30_000, intervalMs: 1500 })
  return truth.mend === 'printed' ? commands.join(' && ').replaceAll(stageNamespace, 'NAMESPACE') : 'by hand'
}

/** Runs the commands exactly as they are printed, in a shell whose kubectl talks to the cluster. */
async function runPrinted(stage: Stage, truth: TruthCase, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) throw new Error(`${truth.rule} printed no command that mends it`)
  const path = `${dirname(stage.cluster.kubectlProgram)}:${process.env['PATH']}`
  for (const command of commands) {
    await run(['bash', '-c', command], { env: { PATH: path, KUBECONFIG: stage.cluster.kubectl.kubeconfig } })
  }
}

/** Runs the built program as a user would and parses its answer. */
async function ask(stage: Stage, truth: TruthCase): Promise<Answered> {
  const finished = await runProgram(stage, [
    ...truth.question,
    '--namespace',
    stage.namespace,
    '--output',
    'json',
  ])
  if (finished.exitCode !== 0 && finished.exitCode !== 1) {
    throw new Error(
      `netdoctor ${truth.question.join(' ')}: exit code ${finished.exitCode}\n${finished.stderr}`,
    )
  }
  return parseAnswered(finished.stdout)
}

/** Runs the built program as the cluster's administrator. */
function runProgram(stage: Stage, args: readonly string[]): Promise<Finished> {
  const env = { KUBECONFIG: stage.cluster.kubectl.kubeconfig }
  return attempt([process.execPath, program, ...args], { env, timeoutMs: 60_000 })
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
    const url = await dialled(stage, truth)
    last = await tally(() => stage.request(truth.client ?? defaultClient, url), requests)
    return isAsExpected(last)
  }
  await waitFor(what, look, { timeoutMs: 60_000, intervalMs: 500 })
}

const defaultClient = 'deployment/curl'

async function dialled(stage: Stage, { dial, client = defaultClient }: TruthCase): Promise<string> {
  if ('url' in dial) return dial.url
  const { exitCode, stdout, stderr } = await stage.exec(client, ['sh', '-c', `echo "$${dial.variable}"`])
  if (exitCode !== 0) throw new Error(stderr)
  return stdout.trim()
}
