import { dirname } from 'node:path'
import { run } from '../harness/run.ts'
import { waitFor } from '../harness/wait.ts'
import type { Answered, Problem } from '../kit/answer.ts'
import { askNetdoctor } from '../kit/netdoctor.ts'
import { describeAnswer } from '../kit/request.ts'
import { type Stage, stageNamespace } from '../kit/stage.ts'
import { feeling, type Sighting, type TruthCase } from './case.ts'
import { feelNoFault, feelTheFault } from './feel.ts'

/** Stages the fault and follows it to its end; throws where reality and netdoctor disagree. */
export async function seeTruth(truth: TruthCase, stage: Stage): Promise<Sighting> {
  await truth.arrange(stage)
  const { felt, problem } =
    truth.comesTrue === undefined ? await feltAndExplained(stage, truth) : await foretold(stage, truth)
  const mended = await mend(stage, truth, problem)
  const { serverVersion, proxyMode } = stage.cluster
  const date = new Date().toISOString().slice(0, 10)
  return { rule: truth.rule, fault: truth.fault, felt, mended, serverVersion, proxyMode, date }
}

interface Seen {
  readonly felt: string
  readonly problem: Problem
}

async function feltAndExplained(stage: Stage, truth: TruthCase): Promise<Seen> {
  const felt = await feelTheFault(stage, truth)
  return { felt, problem: await explained(stage, truth) }
}

/** The warning comes first, while requests work; then it comes true. */
async function foretold(stage: Stage, truth: TruthCase): Promise<Seen> {
  await feelNoFault(stage, truth)
  const problem = await explained(stage, truth)
  await truth.comesTrue?.(stage)
  return { felt: `nothing, and later ${await feelTheFault(stage, truth)}`, problem }
}

/**
 * Asks netdoctor until it names the rule, and no other error beside it: kubelet and controllers need a moment to report what
 * clients feel already. What it predicts that clients feel must be what they felt.
 */
async function explained(stage: Stage, truth: TruthCase): Promise<Problem> {
  let last: Answered | undefined
  const what = () =>
    `${truth.rule} and no other error among ${JSON.stringify(last?.problems.map(({ severity, rule }) => `${severity} ${rule}`))}`
  const find = async () => {
    last = await ask(stage, truth)
    return falseAlarms(last, truth).length === 0 && last.problems.find(({ rule }) => rule === truth.rule)
  }
  const problem = await waitFor(what, find, {
    timeoutMs: truth.slow === undefined ? 75_000 : 180_000,
    intervalMs: 1500,
  })
  const predicted = last?.symptoms ?? []
  const felt = feeling(stage, truth).map(describeAnswer)
  if (predicted.length > 0 && !felt.some((answer) => predicted.includes(answer)))
    throw new Error(`the client felt ${felt.join(' or ')}, netdoctor predicts ${predicted.join(', ')}`)
  return problem
}

function falseAlarms({ problems }: Answered, { rule, besides = [] }: TruthCase): readonly Problem[] {
  return problems.filter(
    (problem) => problem.severity === 'error' && problem.rule !== rule && !besides.includes(problem.rule),
  )
}

/** Mends the fault; the requests must then work, and netdoctor must find neither the rule nor any error. */
async function mend(stage: Stage, truth: TruthCase, problem: Problem): Promise<string> {
  if (truth.mend === 'never') return 'nothing was tried'
  if (truth.mend === 'printed') await runPrinted(stage, truth, problem.commands)
  else await truth.mend(stage)
  await feelNoFault(stage, truth)
  let last: Answered | undefined
  const isSilent = async () => {
    last = await ask(stage, truth)
    return last.problems.every(({ rule, severity }) => rule !== truth.rule && severity !== 'error')
  }
  const what = () =>
    `netdoctor to find nothing, not ${JSON.stringify(last?.problems.map(({ rule }) => rule))}`
  await waitFor(what, isSilent, { timeoutMs: 45_000, intervalMs: 1500 })
  if (truth.mend !== 'printed') return 'by hand'
  return problem.commands.join(' && ').replaceAll(stageNamespace, 'NAMESPACE')
}

/** Runs the commands exactly as they are printed, in a shell whose kubectl talks to the cluster. */
async function runPrinted(stage: Stage, truth: TruthCase, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) throw new Error(`${truth.rule} printed no command that mends it`)
  const { kubectl, kubectlProgram } = stage.cluster
  const path = `${dirname(kubectlProgram)}:${process.env['PATH']}`
  for (const command of commands) {
    await run(['bash', '-c', command], { env: { PATH: path, KUBECONFIG: kubectl.kubeconfig } })
  }
}

/** Asks the built program as the cluster's administrator would. */
async function ask(stage: Stage, { question }: TruthCase): Promise<Answered> {
  const scope = question.includes('--all-namespaces') ? [] : ['--namespace', stage.namespace]
  return askNetdoctor(stage.cluster.kubectl, [...question, ...scope])
}
