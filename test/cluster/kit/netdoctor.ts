import { join } from 'node:path'
import type { Kubectl } from '../harness/kubectl.ts'
import { attempt, type Finished } from '../harness/run.ts'
import { type Answered, parseAnswered } from './answer.ts'

const program = join(import.meta.dirname, '..', '..', '..', 'bin', 'kubectl-netdoctor')

/** Runs the built program as the user of this kubectl would, whatever its exit code. */
export function runNetdoctor({ kubeconfig }: Kubectl, args: readonly string[]): Promise<Finished> {
  return attempt([process.execPath, program, ...args], { env: { KUBECONFIG: kubeconfig }, timeoutMs: 60_000 })
}

/** Asks for JSON and reads it; throws where nothing could be answered (exit codes other than 0 and 1). */
export async function askNetdoctor(kubectl: Kubectl, args: readonly string[]): Promise<Answered> {
  const { exitCode, stdout, stderr } = await runNetdoctor(kubectl, [...args, '--output', 'json'])
  if (exitCode !== 0 && exitCode !== 1)
    throw new Error(`netdoctor ${args.join(' ')}: exit code ${exitCode}\n${stderr}`)
  return parseAnswered(stdout)
}
