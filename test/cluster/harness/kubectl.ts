import { ClusterError } from './errors.ts'
import { attempt, type Finished, type RunOptions } from './run.ts'

/** kubectl for one kubeconfig. */
export interface Kubectl {
  readonly kubeconfig: string
  /** Runs kubectl and returns its standard output; throws a ClusterError when it fails. */
  run(args: readonly string[], options?: RunOptions): Promise<string>
  /** Runs kubectl and returns how it ended. */
  attempt(args: readonly string[], options?: RunOptions): Promise<Finished>
}

/** kubectl as `program`, talking to the cluster and as the user that the kubeconfig names. */
export function kubectlFor(program: string, kubeconfig: string): Kubectl {
  const attemptWith = (args: readonly string[], options: RunOptions = {}) =>
    attempt([program, ...args], { ...options, env: { ...options.env, KUBECONFIG: kubeconfig } })
  return {
    kubeconfig,
    attempt: attemptWith,
    run: async (args, options) => {
      const { exitCode, stdout, stderr } = await attemptWith(args, options)
      if (exitCode !== 0)
        throw new ClusterError(`kubectl ${args.join(' ')}: exit code ${exitCode}\n${stderr.trim()}`)
      return stdout
    },
  }
}
